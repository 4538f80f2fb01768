package io.github.redispatterns.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SharesTest {

    @Test
    void roundsAreAddedByCaller() {
        Shares shares = Shares.NONE.plus(List.of(1L, 5L)).plus(List.of(3L, 1L));
        assertThat(shares.each()).containsExactly(4L, 6L);
        assertThatThrownBy(() -> shares.plus(List.of(1L))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whoIsFarthestFromTheMeanCounts() {
        assertThat(new Shares(List.of(100L, 100L, 100L)).unevenness()).isZero();
        assertThat(new Shares(List.of(100L, 110L, 60L)).unevenness()).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(new Shares(List.of(10L, 10L, 40L)).unevenness()).isCloseTo(1, within(1e-9));
        assertThat(Shares.NONE.unevenness()).isNaN();
    }
}
