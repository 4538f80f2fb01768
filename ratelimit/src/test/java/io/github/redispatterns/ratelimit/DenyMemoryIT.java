package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Refusals that are remembered, by the real clocks. */
@RedisTest
class DenyMemoryIT extends RateFixture {

    private static final int CALLS = 1_000;

    @ParameterizedTest
    @EnumSource
    void whoKeepsTryingCostsRedisNothing(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, Limit.of(10, MINUTE.multipliedBy(10)), MINUTE);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        Decision refused = limiter.tryAcquire("ada");
        long scripts = scripts();
        Decision last = refused;
        for (int call = 0; call < CALLS; call++) {
            Decision again = limiter.tryAcquire("ada");
            assertThat(again.allowed()).isFalse();
            assertThat(again.degraded()).isFalse();
            assertThat(again.remaining()).isEqualTo(refused.remaining());
            assertThat(again.retryAfter()).isPositive().isLessThanOrEqualTo(last.retryAfter());
            assertThat(again.resetAfter()).isPositive().isLessThanOrEqualTo(last.resetAfter());
            last = again;
        }
        assertThat(scripts()).isEqualTo(scripts);
        assertThat(counted("refused")).isEqualTo(CALLS + 1);
        limiter.reset("ada");
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
    }

    /** Also if that is said by the memory. */
    @ParameterizedTest
    @EnumSource
    void whoComesAgainWhenToldIsGranted(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, Limit.of(2, Duration.ofMillis(200)), MINUTE);
        assertThat(limiter.tryAcquire("ada", 2).allowed()).isTrue();
        for (int i = 0; i < 2; i++) {
            Decision told = limiter.tryAcquire("ada", 2);
            assertThat(told.allowed()).isFalse();
            told = limiter.tryAcquire("ada", 2);
            long at = System.nanoTime() + told.retryAfter().toNanos();
            while (System.nanoTime() - at < 0) {
                Thread.onSpinWait();
            }
            assertThat(limiter.tryAcquire("ada", 2).allowed()).isTrue();
        }
    }

    @Test
    void anotherProcesssResetIsSeenInTime() {
        Duration longest = Duration.ofMillis(300);
        RateLimiter limiter = limiter(Algorithm.FIXED_WINDOW, TEN, longest);
        RateLimiter other = limiter(Algorithm.FIXED_WINDOW, TEN, longest);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
        other.reset("ada");
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(longest.plusMillis(500))
                .until(() -> limiter.tryAcquire("ada").allowed());
    }

    private RateLimiter limiter(Algorithm algorithm, Limit limit, Duration longest) {
        RateLimiterOptions options =
                RateLimiterOptions.builder().denyFor(longest).build();
        return closing(RateLimiter.create(redis, keys(algorithm), algorithm, limit, options));
    }

    private long scripts() {
        return registry.timer("redis.patterns.ratelimit.scripts", "limiter", "default")
                .count();
    }
}
