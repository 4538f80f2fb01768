package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RateLimiterOptionsTest {

    @Test
    void defaults() {
        RateLimiterOptions options = RateLimiterOptions.defaults();
        assertThat(options.name()).isEqualTo("default");
        assertThat(options.whenDown()).isEqualTo(Fallback.fail());
        assertThat(options.probeInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(options.maxCoalesced()).isEqualTo(1_000);
        assertThat(options.maxDenied()).isEqualTo(10_000);
        assertThat(options.denyFor()).isEqualTo(Duration.ofSeconds(1));
        assertThat(options.leaseAhead()).isZero();
        assertThat(RateLimiterOptions.builder().build()).isEqualTo(options);
    }

    @Test
    void everySettingArrives() {
        RateLimiterOptions options = RateLimiterOptions.builder()
                .name("api")
                .whenDown(Fallback.local(0.25))
                .probeInterval(Duration.ofMillis(1))
                .maxCoalesced(1)
                .maxDenied(0)
                .denyFor(Duration.ofDays(3650))
                .leaseAhead(100)
                .build();
        assertThat(options)
                .isEqualTo(new RateLimiterOptions(
                        Fallback.local(0.25), Duration.ofMillis(1), 1, 0, Duration.ofDays(3650), 100, "api"));
        assertThat(options.toString()).contains("LOCAL(0.25)");
    }

    @Test
    @SuppressWarnings("NullAway")
    void badSettingsAreRefused() {
        refused("name: ", () -> RateLimiterOptions.builder().name(""));
        refused("name: ", () -> RateLimiterOptions.builder().name(null));
        refused("whenDown: ", () -> RateLimiterOptions.builder().whenDown(null));
        for (Duration bad : new Duration[] {null, Duration.ZERO, Duration.ofNanos(999_999), Duration.ofDays(3651)}) {
            refused("probeInterval: ", () -> RateLimiterOptions.builder().probeInterval(bad));
            refused("denyFor: ", () -> RateLimiterOptions.builder().denyFor(bad));
        }
        for (int bad : new int[] {-1, 0, 10_001}) {
            refused("maxCoalesced: ", () -> RateLimiterOptions.builder().maxCoalesced(bad));
        }
        for (int bad : new int[] {-1, 10_000_001}) {
            refused("maxDenied: ", () -> RateLimiterOptions.builder().maxDenied(bad));
        }
        for (int bad : new int[] {-1, 1, 2, 3, 15, 1_000_001}) {
            refused("leaseAhead: ", () -> RateLimiterOptions.builder().leaseAhead(bad));
        }
        for (double bad : new double[] {-1, 0, 0.000_9, 1.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refused("share: ", () -> Fallback.local(bad));
        }
    }

    @Test
    void fallbacksAreValues() {
        assertThat(Fallback.local(0.5)).isEqualTo(Fallback.local(0.5)).hasSameHashCodeAs(Fallback.local(0.5));
        assertThat(Fallback.local(0.5)).isNotEqualTo(Fallback.local(0.4));
        assertThat(Fallback.open()).isNotEqualTo(Fallback.closed()).hasToString("OPEN");
        assertThat(Fallback.fail()).isEqualTo(Fallback.fail());
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
