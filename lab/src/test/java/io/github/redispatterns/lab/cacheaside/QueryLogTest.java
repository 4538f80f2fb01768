package io.github.redispatterns.lab.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueryLogTest {

    private final QueryLog log = new QueryLog();

    @Test
    void countsAllAndThoseAtOnce() {
        log.begin();
        log.begin();
        log.end();
        log.begin();
        log.end();
        log.end();
        assertThat(log.queries()).isEqualTo(3);
        assertThat(log.mostAtOnce()).isEqualTo(2);
    }

    @Test
    void findsTheBusiestTimeWhereverItLies() throws InterruptedException {
        log.begin();
        Thread.sleep(100);
        log.begin();
        log.begin();
        Thread.sleep(100);
        log.begin();
        assertThat(log.mostWithin(Duration.ofMillis(50))).isBetween(1L, 2L);
        assertThat(log.mostWithin(Duration.ofMinutes(1))).isEqualTo(4);
        assertThat(log.lastNanos()).isLessThanOrEqualTo(System.nanoTime());
    }

    @Test
    void forgetsPeaksAndNotTheirSum() {
        log.begin();
        log.begin();
        log.end();
        log.forgetPeaks();
        assertThat(log.mostAtOnce()).isEqualTo(1); // it is under way
        assertThat(log.mostWithin(Duration.ofMinutes(1))).isZero();
        assertThat(log.queries()).isEqualTo(2);
    }
}
