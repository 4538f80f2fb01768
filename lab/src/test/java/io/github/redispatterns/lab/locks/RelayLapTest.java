package io.github.redispatterns.lab.locks;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RelayLapTest {

    @Test
    void lapsAddUp() {
        Histogram quick = new Histogram(3);
        quick.recordValue(500);
        Histogram slow = new Histogram(3);
        slow.recordValue(20_000);
        Relay.Lap both = new Relay.Lap(quick, 21, 10, 8).plus(new Relay.Lap(slow, 60, 10, 3));
        assertThat(both.p50Millis()).isEqualTo(0.5);
        assertThat(both.p99Millis()).isBetween(19.9, 20.1);
        assertThat(both.requestsPerTurn()).isEqualTo(4.1);
        assertThat(both.mostTurnsWaited()).isEqualTo(8);
    }
}
