package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a limit may be, and which algorithm can keep it. */
class LimitTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1_000_000_001, Long.MAX_VALUE, Long.MIN_VALUE})
    void badNumbersAreRefused(long bad) {
        refused("permits: ", () -> Limit.of(bad, SECOND));
        refused("burst: ", () -> Limit.of(1, SECOND).withBurst(bad));
    }

    @Test
    void badPeriodsAreRefused() {
        for (Duration bad : new Duration[] {
            null,
            Duration.ZERO,
            SECOND.negated(),
            Duration.ofNanos(999_999),
            Duration.ofDays(366).plusNanos(1)
        }) {
            refused("period: ", () -> Limit.of(1, bad));
        }
        assertThat(Limit.of(1, Duration.ofDays(366)).burst()).isEqualTo(1);
    }

    @Test
    void theBurstIsAllUnlessToldOtherwise() {
        Limit limit = Limit.of(100, SECOND);
        assertThat(limit.burst()).isEqualTo(100);
        assertThat(limit.withBurst(20)).isEqualTo(new Limit(100, SECOND, 20));
    }

    @Test
    void thePeriodIsRoundedUpToMicroseconds() {
        assertThat(Limit.of(1, Duration.ofNanos(1_000_001)).periodMicros()).isEqualTo(1_001);
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhatTheAlgorithmCanKeepIsAccepted(Algorithm algorithm) {
        Limit bursting = Limit.of(10, SECOND).withBurst(20);
        Limit most = Limit.of(1_000_000_000, Duration.ofDays(366));
        Limit dense = Limit.of(1_000_001, SECOND);
        if (algorithm.isSteady()) {
            assertThat(Rule.of(algorithm, bursting).capacity()).isEqualTo(20);
            assertThat(Rule.of(algorithm, most).first()).isEqualTo(31_623_000); // rounded to µs: it is over 104 days
            refused("permits: ", () -> Rule.of(algorithm, dense));
            refused(
                    "burst: ",
                    () -> Rule.of(algorithm, Limit.of(1, Duration.ofDays(366)).withBurst(3)));
        } else {
            refused("burst: ", () -> Rule.of(algorithm, bursting));
            assertThat(Rule.of(algorithm, Limit.of(10, SECOND)).capacity()).isEqualTo(10);
        }
        if (algorithm == Algorithm.SLIDING_WINDOW_LOG) {
            refused("permits: ", () -> Rule.of(algorithm, Limit.of(100_001, SECOND)));
        } else {
            assertThat(Rule.of(algorithm, most).limit()).isEqualTo(most);
        }
    }

    /** Never more than the limit: what cannot be divided takes a little longer. */
    @Test
    void aPermitsTimeIsRoundedUp() {
        assertThat(Rule.of(Algorithm.GCRA, Limit.of(3, SECOND)).first()).isEqualTo(333_333_334);
        assertThat(Rule.of(Algorithm.GCRA, Limit.of(100, Duration.ofMinutes(1))).first())
                .isEqualTo(600_000_000);
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
