package io.github.redispatterns.lab.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TrafficTest {

    @Test
    void everyReadIsInTheTallyInWhichItBegan() throws Exception {
        AtomicLong reads = new AtomicLong();
        CountDownLatch some = new CountDownLatch(40);
        CountDownLatch more = new CountDownLatch(80);
        Tally first;
        Tally second;
        try (Traffic traffic = new Traffic(4, Duration.ofMillis(1), 7, (reader, random) -> {
            some.countDown();
            more.countDown();
            return reads.incrementAndGet() > 10;
        })) {
            first = traffic.tally();
            some.await();
            second = traffic.count();
            more.await();
        }
        assertThat(first.reading().wrong() + second.reading().wrong()).isEqualTo(10);
        assertThat(first.reading().micros().getTotalCount()
                        + second.reading().micros().getTotalCount())
                .isEqualTo(reads.get())
                .isGreaterThanOrEqualTo(80);
        assertThat(second.reading().micros().getTotalCount()).isPositive();
    }

    @Test
    void readersKeepTheirPace() throws Exception {
        AtomicLong reads = new AtomicLong();
        long begin = System.nanoTime();
        try (Traffic traffic =
                new Traffic(2, Duration.ofMillis(20), 7, (reader, random) -> reads.incrementAndGet() > 0)) {
            traffic.goOn(Duration.ofMillis(200));
        }
        long turns = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 20 + 1;
        assertThat(reads).hasValueBetween(2, 2 * turns);
    }

    @Test
    void failuresAreCountedAndTheFirstIsTold() throws Exception {
        CountDownLatch some = new CountDownLatch(3);
        Tally tally;
        try (Traffic traffic = new Traffic(1, Duration.ofMillis(1), 7, (reader, random) -> {
            some.countDown();
            throw new IOException("lost " + some.getCount());
        })) {
            tally = traffic.tally();
            some.await();
        }
        assertThat(tally.failures()).isGreaterThanOrEqualTo(3);
        assertThatThrownBy(tally::reading).hasRootCauseMessage("lost 2");
    }
}
