package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A key lives until there is nothing left to remember, not less and hardly longer; what is refused leaves nothing. */
@RedisTest
class RateTtlIT extends RateFixture {

    /** Redis's whole milliseconds, at both ends. */
    private static final long WHOLE_MILLIS = 2;

    private static final long NOISE_MILLIS = 20_000;
    private static final long HELD_UP_MILLIS = 10;

    @ParameterizedTest
    @EnumSource
    void theTimeToLiveIsTheTimeUntilAllIsThereAgain(Algorithm algorithm) {
        Random random = new Random(FullLength.seed("time to live of " + algorithm + ", " + deployment));
        RateLimiter limiter = frozenLimiter(algorithm, Limit.of(10, Duration.ofDays(1)));
        String key = key(algorithm, "ada");
        for (int i = 0; i < 50; i++) {
            Decision decision = limiter.tryAcquire("ada", 1L + random.nextInt(3));
            if (decision.allowed()) {
                long ttl = admin(key, c -> c.pttl(key)) - LONGER_MILLIS;
                long reset = decision.resetAfter().toMillis();
                assertThat(ttl).isBetween(reset - NOISE_MILLIS, reset + WHOLE_MILLIS);
            }
            clock.advance(Duration.ofMinutes(random.nextInt(400)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theKeyIsGoneWhenAllIsThereAgain(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, Limit.of(10, Duration.ofMillis(300)));
        String key = key(algorithm, "ada");
        long asked = System.nanoTime();
        Decision decision = limiter.tryAcquire("ada", 10);
        assertThat(this.<Long>admin(key, c -> c.pttl(key))).isPositive();
        assertThat(decision.allowed()).isTrue();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(5))
                .until(() -> admin(key, c -> c.exists(key)) == 0);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThanOrEqualTo(decision.resetAfter());
        Decision looked = limiter.peek("ada");
        assertThat(looked.remaining()).isEqualTo(10);
        assertThat(looked.resetAfter()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRefusedOrOnlyLookedAtStoresNothing(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, Limit.of(10, Duration.ofDays(1)));
        String key = key(algorithm, "ada");
        assertThat(limiter.peek("ada").allowed()).isTrue();
        assertThat(this.<Long>admin(key, c -> c.exists(key))).isZero();
        assertThat(limiter.tryAcquire("ada", 8).allowed()).isTrue();
        byte[] before = dump(key);
        long until = admin(key, c -> c.pexpiretime(key));
        for (int i = 0; i < 50; i++) {
            assertThat(limiter.tryAcquire("ada", 9).allowed()).isFalse();
            assertThat(limiter.peek("ada").allowed()).isTrue();
        }
        assertThat(dump(key)).isEqualTo(before);
        // A script that is held up between its look at the clock and at the key takes the key for too short-lived.
        assertThat(this.<Long>admin(key, c -> c.pexpiretime(key))).isBetween(until, until + HELD_UP_MILLIS);
    }
}
