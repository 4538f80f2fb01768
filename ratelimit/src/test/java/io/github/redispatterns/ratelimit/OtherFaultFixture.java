package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;

/** Several limits, and slots, of the hasty process. Both have their keys in the slot of their id. */
abstract class OtherFaultFixture extends RateFaultFixture {

    static final Map<String, String> ADA = Map.of("id", "ada");
    static final Duration LONG = Duration.ofMinutes(5);
    /** So long that nothing comes back during a test. */
    static final NamedLimit HUNDRED = NamedLimit.of("hundred", Algorithm.GCRA, Limit.of(100, Duration.ofDays(100)));

    static final NamedLimit FIFTY = NamedLimit.of("fifty", Algorithm.FIXED_WINDOW, Limit.of(50, Duration.ofDays(100)));

    /** It has been used, so that it is connected to each master of a Cluster, and its script is known. */
    final CompositeRateLimiter several(Fallback fallback) {
        return several(quick, fallback);
    }

    final CompositeRateLimiter several(Redis handle, Fallback fallback) {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(handle, keys)
                .limit(HUNDRED)
                .limit(FIFTY)
                .options(options(fallback))
                .build());
        for (int i = 0; i < 32; i++) {
            assertThat(limiter.tryAcquire(Map.of("id", "warm-up " + i)).degraded())
                    .isFalse();
        }
        return limiter;
    }

    static RateLimiterOptions options(Fallback fallback) {
        return RateLimiterOptions.builder()
                .whenDown(fallback)
                .probeInterval(INTERVAL)
                .name(name(fallback))
                .build();
    }

    final ConcurrencyLimiter slots(int slots) {
        return slots(quick, slots);
    }

    final ConcurrencyLimiter slots(Redis handle, int slots) {
        ConcurrencyLimiter limiter = ConcurrencyLimiter.create(handle, keys.child("slots"), slots, LONG, "slots");
        for (int i = 0; i < 32; i++) {
            limiter.tryAcquire("warm-up " + i).slot().orElseThrow().close();
        }
        return limiter;
    }

    final String keyOfAda() {
        return keys.child("id").key("ada");
    }

    final String slotsOfAda() {
        return keys.child("slots").key("ada");
    }

    /** Looks until Redis answers. */
    static void awaitBack(CompositeRateLimiter limiter, Duration within) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(within)
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(() -> !limiter.peek(ADA).degraded());
    }

    /** Extends until Redis answers, so that nothing is taken. */
    static void awaitBack(Slot slot, Duration within) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(within)
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(() -> {
                    slot.extend();
                    return true;
                });
    }
}
