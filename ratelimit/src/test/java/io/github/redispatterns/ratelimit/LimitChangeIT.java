package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Another limit at run time: what was taken stays taken. */
@RedisTest
class LimitChangeIT extends RateFixture {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GCRA")
    void asManyPermitsStayTaken(Algorithm algorithm) {
        RateLimiter limiter = frozenLimiter(algorithm, TEN);
        assertThat(limiter.tryAcquire("ada", 8).remaining()).isEqualTo(2);
        limiter.setLimit(Limit.of(20, MINUTE));
        assertThat(limiter.limit()).isEqualTo(Limit.of(20, MINUTE));
        assertThat(limiter.peek("ada").remaining()).isEqualTo(12);
        limiter.setLimit(Limit.of(5, MINUTE));
        assertThat(limiter.peek("ada").remaining()).isZero();
        Decision refused = limiter.tryAcquire("ada");
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.retryAfter()).isPositive().isLessThanOrEqualTo(MINUTE.multipliedBy(2));
        limiter.setLimit(TEN);
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(1);
        limiter.setLimit(Limit.of(5, MINUTE));
        refused = limiter.tryAcquire("ada");
        clock.advance(refused.retryAfter());
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
    }

    @Test
    void ofGcraTheSameShareStaysTaken() {
        RateLimiter limiter = frozenLimiter(Algorithm.GCRA, TEN);
        assertThat(limiter.tryAcquire("ada", 5).remaining()).isEqualTo(5);
        limiter.setLimit(Limit.of(20, MINUTE));
        assertThat(limiter.peek("ada").remaining()).isEqualTo(10);
        limiter.setLimit(Limit.of(4, MINUTE));
        assertThat(limiter.peek("ada").remaining()).isEqualTo(2);
        assertThat(limiter.peek("ada").resetAfter()).isEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @EnumSource
    void nobodyWhoHasTakenAllGetsAFreshQuota(Algorithm algorithm) {
        RateLimiter limiter = frozenLimiter(algorithm, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        limiter.setLimit(Limit.of(15, MINUTE));
        assertThat(limiter.peek("ada").remaining()).isLessThanOrEqualTo(5);
        limiter.setLimit(Limit.of(10, MINUTE.multipliedBy(2)));
        assertThat(limiter.peek("ada").remaining()).isLessThanOrEqualTo(5);
        limiter.setLimit(TEN);
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
    }

    /** The script of the log has to make room, the others not. */
    @ParameterizedTest
    @EnumSource
    void aLargerLimitIsUsedToTheEnd(Algorithm algorithm) {
        RateLimiter limiter = frozenLimiter(algorithm, TEN);
        assertThat(limiter.tryAcquire("ada", 5).allowed()).isTrue();
        limiter.setLimit(Limit.of(1_000, MINUTE));
        long left = limiter.peek("ada").remaining();
        assertThat(left).isGreaterThanOrEqualTo(500);
        assertThat(limiter.tryAcquire("ada", left).allowed()).isTrue();
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
    }

    /** By the real clock: the key must not go when it would have under the limit that it was written under. */
    @ParameterizedTest
    @EnumSource
    void whatCountsForLongerNowIsRememberedForLonger(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        limiter.setLimit(Limit.of(10, Duration.ofHours(1)));
        Decision refused = limiter.tryAcquire("ada", 10);
        assertThat(refused.allowed()).isFalse();
        String key = key(algorithm, "ada");
        long ttl = this.<Long>admin(key, c -> c.pttl(key));
        assertThat(ttl)
                .isBetween(
                        refused.resetAfter().toMillis() - 20_000,
                        refused.resetAfter().toMillis() + 2);
        assertThat(refused.resetAfter())
                .isGreaterThan(algorithm == Algorithm.GCRA ? MINUTE.minusSeconds(20) : MINUTE.multipliedBy(50));
    }

    @ParameterizedTest
    @EnumSource
    void aLimitThatTheAlgorithmCannotKeepIsRefusedAndChangesNothing(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, TEN);
        Limit bad = algorithm.isSteady() ? Limit.of(1_001, Duration.ofMillis(1)) : TEN.withBurst(3);
        assertThatThrownBy(() -> limiter.setLimit(bad)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limiter.setLimit(null)).isInstanceOf(IllegalArgumentException.class);
        assertThat(limiter.limit()).isEqualTo(TEN);
    }
}
