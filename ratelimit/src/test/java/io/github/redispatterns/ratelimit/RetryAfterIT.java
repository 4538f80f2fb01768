package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever comes again after exactly that time gets what it asked for; a millisecond earlier it does not. */
@RedisTest
class RetryAfterIT extends RateFixture {

    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration MICRO = Duration.ofNanos(1_000);
    private static final int ROUNDS = FullLength.of(15, 500);

    /** Rates that come out even, and rates that do not; short ones and long ones. */
    private static final Limit[] LIMITS = {
        Limit.of(10, Duration.ofMinutes(1)),
        Limit.of(7, Duration.ofSeconds(1)),
        Limit.of(1, Duration.ofDays(1)),
        Limit.of(997, Duration.ofMillis(13)),
        Limit.of(3, Duration.ofDays(366)),
        Limit.of(1_000, Duration.ofHours(1))
    };

    @ParameterizedTest
    @EnumSource
    void retryAfterIsExact(Algorithm algorithm) {
        Random random = new Random(FullLength.seed("retry-after of " + algorithm + ", " + deployment));
        for (Limit limit : LIMITS) {
            Limit bursting =
                    algorithm.isSteady() ? limit.withBurst(1 + random.nextLong(Math.min(limit.permits(), 50))) : limit;
            RateLimiter limiter = frozenLimiter(algorithm, bursting);
            String id = limit.toString();
            for (int round = 0; round < ROUNDS; round++) {
                String as = bursting + ", round " + round;
                long cost = Math.max(1, bursting.burst() / (1 + random.nextInt(20)));
                Decision decision = limiter.tryAcquire(id, cost);
                while (decision.allowed()) {
                    assertThat(decision.retryAfter()).as(as).isZero();
                    clock.advance(MICRO.multipliedBy(random.nextLong(1 + limit.periodMicros() / limit.permits() / 4)));
                    decision = limiter.tryAcquire(id, cost);
                }
                assertThat(decision.retryAfter()).as(as).isPositive().isLessThanOrEqualTo(decision.resetAfter());
                comesAgain(limiter, id, cost, decision.retryAfter(), as);
                clock.advance(MICRO.multipliedBy(random.nextLong(limit.periodMicros())));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void resetAfterIsExact(Algorithm algorithm) {
        for (Limit limit : LIMITS) {
            RateLimiter limiter = frozenLimiter(algorithm, limit);
            String id = limit.toString();
            Decision decision = limiter.tryAcquire(id, limit.burst());
            assertThat(decision.allowed()).isTrue();
            clock.advance(decision.resetAfter().minus(MICRO));
            assertThat(limiter.peek(id).resetAfter()).isEqualTo(MICRO);
            clock.advance(MICRO);
            assertThat(limiter.peek(id).resetAfter()).isZero();
            assertThat(limiter.peek(id).remaining()).isEqualTo(limit.burst());
        }
    }

    private void comesAgain(RateLimiter limiter, String id, long cost, Duration retryAfter, String as) {
        Duration left = retryAfter;
        if (left.compareTo(MILLI) > 0) {
            clock.advance(left.minus(MILLI));
            left = MILLI;
            assertThat(limiter.tryAcquire(id, cost).retryAfter()).as(as).isEqualTo(left);
        }
        clock.advance(left.minus(MICRO));
        Decision tooEarly = limiter.tryAcquire(id, cost);
        assertThat(tooEarly.allowed()).as(as).isFalse();
        assertThat(tooEarly.retryAfter()).as(as).isEqualTo(MICRO);
        clock.advance(MICRO);
        assertThat(limiter.tryAcquire(id, cost).allowed()).as(as).isTrue();
    }
}
