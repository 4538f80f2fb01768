package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A held permit is valid no longer than until Redis has counted it back. */
class BatchTest {

    private static final long ASKED = Long.MAX_VALUE - 10; // it may overflow
    private static final Rule ONE_A_SECOND = Rule.of(Algorithm.GCRA, Limit.of(60, Duration.ofMinutes(1)));
    private static final long STEP = Duration.ofSeconds(1).toNanos();

    private final Batch batch = new Batch(
            ONE_A_SECOND,
            10,
            ASKED,
            new Decision(true, 7, Duration.ZERO, Duration.ofSeconds(20), false, Optional.empty()));

    @Test
    void theyAreTakenOneByOne() {
        assertThat(batch.take(3, ASKED)).isEqualTo(7);
        assertThat(batch.take(8, ASKED)).isNegative();
        assertThat(batch.take(7, ASKED)).isZero();
        assertThat(batch.take(1, ASKED)).isNegative();
        assertThat(batch.takeAll(ASKED)).isZero();
    }

    @Test
    void oneLessIsValidAsSoonAsOneBeginsToComeBack() {
        assertThat(batch.take(10, ASKED + 1)).isNegative();
        assertThat(batch.take(2, ASKED + 1)).isEqualTo(7);
        assertThat(batch.take(1, ASKED + 5 * STEP)).isEqualTo(4);
        assertThat(batch.takeAll(ASKED + 7 * STEP + 1)).isEqualTo(2);
        assertThat(batch.take(1, ASKED + 7 * STEP + 1)).isNegative();
    }

    @Test
    void noneIsValidWhenAllAreBack() {
        assertThat(batch.take(1, ASKED + 9 * STEP)).isZero();
        assertThat(batch.take(1, ASKED + 10 * STEP)).isNegative();
        assertThat(batch.takeAll(ASKED + 100 * STEP)).isZero();
    }

    @Test
    void whatRedisSaidAgesToo() {
        assertThat(batch.elsewhere()).isEqualTo(7);
        assertThat(batch.resetAfter(ASKED + STEP)).isEqualTo(Duration.ofSeconds(19));
        assertThat(batch.resetAfter(ASKED + 21 * STEP)).isZero();
    }
}
