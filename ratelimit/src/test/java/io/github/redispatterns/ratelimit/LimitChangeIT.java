package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Another limit at run time: what was taken stays taken. */
@RedisTest
class LimitChangeIT extends RateFixture {

    private static final Limit HOURLY = Limit.of(10, Duration.ofHours(1));
    private static final Duration MICRO = Duration.ofNanos(1_000);

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

    /** It keeps the time until all are there again, at most what the new limit takes for that. */
    @Test
    void ofGcraTheTimeStaysTaken() {
        RateLimiter limiter = frozenLimiter(Algorithm.GCRA, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        limiter.setLimit(HOURLY);
        assertThat(limiter.peek("ada").remaining()).isEqualTo(9); // as the README says: the minute is one permit
        assertThat(limiter.peek("ada").resetAfter()).isEqualTo(MINUTE);
        assertThat(limiter.tryAcquire("ada", 9).allowed()).isTrue();
        limiter.setLimit(TEN);
        assertThat(limiter.peek("ada").remaining()).isZero();
        assertThat(limiter.peek("ada").resetAfter()).isEqualTo(MINUTE);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GCRA")
    void nobodyWhoHasTakenAllGetsAFreshQuota(Algorithm algorithm) {
        RateLimiter limiter = frozenLimiter(algorithm, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        for (Limit next : List.of(Limit.of(15, MINUTE), HOURLY, Limit.of(10, Duration.ofSeconds(1)), TEN)) {
            limiter.setLimit(next);
            assertThat(limiter.peek("ada").remaining()).as("%s", next).isEqualTo(next.permits() - 10);
        }
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
    }

    /** What comes back until the limit changes comes back by the old one, and from then on by the new one. */
    @Test
    void timeThatHasPassedCountsByTheOldLimit() {
        RateLimiter limiter = frozenLimiter(Algorithm.TOKEN_BUCKET, HOURLY);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        clock.advance(MINUTE); // a sixth of a token
        limiter.setLimit(TEN);
        Decision refused = limiter.tryAcquire("ada");
        assertThat(refused.remaining()).isZero();
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(refused.resetAfter()).isEqualTo(Duration.ofSeconds(59));
        grantsAfterExactly(refused.retryAfter(), limiter);
    }

    @Test
    void whatHasComeBackByTheOldLimitStays() {
        RateLimiter limiter = frozenLimiter(Algorithm.TOKEN_BUCKET, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        clock.advance(Duration.ofSeconds(59)); // a sixth of a token is missing
        limiter.setLimit(HOURLY);
        assertThat(limiter.peek("ada").remaining()).isEqualTo(9);
        assertThat(limiter.peek("ada").resetAfter()).isEqualTo(MINUTE);
        assertThat(limiter.tryAcquire("ada", 9).allowed()).isTrue();
        Decision refused = limiter.tryAcquire("ada");
        assertThat(refused.retryAfter()).isEqualTo(MINUTE);
        grantsAfterExactly(refused.retryAfter(), limiter);
    }

    /** The same rate, and a bucket of another size. */
    @Test
    void ofAnotherBurstAsManyTokensAreMissing() {
        RateLimiter limiter = frozenLimiter(Algorithm.TOKEN_BUCKET, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        clock.advance(Duration.ofSeconds(24));
        limiter.setLimit(TEN.withBurst(20));
        assertThat(limiter.peek("ada").remaining()).isEqualTo(14);
        clock.advance(Duration.ofSeconds(3));
        limiter.setLimit(TEN.withBurst(5));
        Decision refused = limiter.tryAcquire("ada");
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(6)); // all five are taken, as more were
        grantsAfterExactly(refused.retryAfter(), limiter);
    }

    /** Else whoever is refused by one process would be granted more by another, as long as their limits differ. */
    @Test
    void whoIsRefusedByASmallerLimitHasNotTakenLess() {
        RateLimiter limiter = frozenLimiter(Algorithm.TOKEN_BUCKET, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        for (Limit smaller : List.of(Limit.of(5, MINUTE), TEN.withBurst(5), Limit.of(1, Duration.ofSeconds(1)))) {
            RateLimiter other = frozenLimiter(Algorithm.TOKEN_BUCKET, smaller);
            assertThat(other.tryAcquire("ada").allowed()).isFalse();
            assertThat(other.peek("ada").resetAfter()).isLessThanOrEqualTo(MINUTE);
            assertThat(limiter.peek("ada").remaining()).isZero();
            assertThat(limiter.peek("ada").resetAfter()).isEqualTo(MINUTE);
        }
    }

    private void grantsAfterExactly(Duration retryAfter, RateLimiter limiter) {
        clock.advance(retryAfter.minus(MICRO));
        assertThat(limiter.tryAcquire("ada").retryAfter()).isEqualTo(MICRO);
        clock.advance(MICRO);
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
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
