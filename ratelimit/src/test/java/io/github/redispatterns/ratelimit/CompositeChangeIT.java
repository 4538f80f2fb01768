package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Another limit for a bucket while time passes: what came back until then did so at the old rate, and what is still
 * missing is as many tokens.
 */
@RedisTest
class CompositeChangeIT extends RateFixture {

    private static final Duration MICRO = Duration.ofNanos(1_000);
    private static final Limit TEN_AN_HOUR = Limit.of(10, Duration.ofHours(1));
    private static final Map<String, String> ADA = Map.of("id", "ada");
    private static final String KEPT = "bucket";

    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void aQuickerLimitDoesNotBringBackThePast(Algorithm algorithm) {
        CompositeRateLimiter limiter = frozenOf(algorithm, TEN_AN_HOUR);
        assertThat(limiter.tryAcquire(ADA, 10).allowed()).isTrue();
        clock.advance(MINUTE); // a sixth of a token
        limiter.setLimit(KEPT, TEN);
        Decision refused = limiter.tryAcquire(ADA);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.remaining()).isZero();
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(5)); // five sixths of six seconds
        assertThat(refused.resetAfter()).isEqualTo(Duration.ofSeconds(59));
        grantsAfterExactly(limiter, refused.retryAfter());
        assertThat(limiter.peek(ADA).resetAfter()).isEqualTo(MINUTE);
    }

    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void aSlowerLimitDoesNotTakeThePastAway(Algorithm algorithm) {
        CompositeRateLimiter limiter = frozenOf(algorithm, TEN);
        assertThat(limiter.tryAcquire(ADA, 10).allowed()).isTrue();
        clock.advance(Duration.ofSeconds(33)); // five tokens and a half
        limiter.setLimit(KEPT, TEN_AN_HOUR);
        Decision look = limiter.peek(ADA);
        assertThat(look.remaining()).isEqualTo(5);
        assertThat(look.resetAfter()).isEqualTo(Duration.ofMinutes(27)); // four and a half
        clock.advance(Duration.ofMinutes(3));
        assertThat(limiter.tryAcquire(ADA, 6).remaining()).isZero();
        grantsAfterExactly(limiter, Duration.ofMinutes(6));
    }

    @Test
    void whatIsAllThereAgainStaysThere() {
        CompositeRateLimiter limiter = frozenOf(Algorithm.GCRA, TEN);
        assertThat(limiter.tryAcquire(ADA, 10).allowed()).isTrue();
        clock.advance(MINUTE);
        limiter.setLimit(KEPT, TEN_AN_HOUR);
        assertThat(limiter.tryAcquire(ADA, 10).allowed()).isTrue();
    }

    /** It holds as much as is missing by then, so that a refusal is exact. */
    @Test
    void aSmallerBurst() {
        CompositeRateLimiter limiter = frozenOf(Algorithm.TOKEN_BUCKET, TEN);
        assertThat(limiter.tryAcquire(ADA, 10).allowed()).isTrue();
        clock.advance(Duration.ofSeconds(18)); // seven are missing
        limiter.setLimit(KEPT, TEN.withBurst(5));
        Decision refused = limiter.tryAcquire(ADA);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(6));
        assertThat(refused.resetAfter()).isEqualTo(Duration.ofSeconds(30));
        grantsAfterExactly(limiter, refused.retryAfter());
    }

    /** Else whoever is refused by one process would be granted more by another, as long as their limits differ. */
    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void whoIsRefusedByASmallerLimitHasNotTakenLess(Algorithm algorithm) {
        CompositeRateLimiter limiter = frozenOf(algorithm, TEN);
        assertThat(limiter.tryAcquire(ADA, 10).allowed()).isTrue();
        for (Limit smaller : List.of(Limit.of(5, MINUTE), TEN.withBurst(5), Limit.of(1, Duration.ofSeconds(1)))) {
            CompositeRateLimiter other = frozenOf(algorithm, smaller);
            Decision refused = other.tryAcquire(ADA);
            assertThat(refused.allowed()).isFalse();
            assertThat(refused.retryAfter())
                    .as("%s", smaller)
                    .isEqualTo(smaller.period().dividedBy(smaller.permits()));
            assertThat(other.peek(ADA).resetAfter()).isLessThanOrEqualTo(MINUTE);
            assertThat(limiter.peek(ADA).remaining()).isZero();
            assertThat(limiter.peek(ADA).resetAfter()).isEqualTo(MINUTE);
        }
    }

    /** Of two limits one refuses; the other would have granted, and is not cut to its burst either. */
    @Test
    void whatAnotherLimitRefusesCutsNothing() {
        NamedLimit none = NamedLimit.of("none", Algorithm.FIXED_WINDOW, Limit.of(1, MINUTE));
        CompositeRateLimiter limiter = frozenOf(Algorithm.TOKEN_BUCKET, TEN);
        CompositeRateLimiter other = closing(CompositeRateLimiter.builder(frozen, keys)
                .options(FORGETFUL)
                .limit(NamedLimit.of(KEPT, Algorithm.TOKEN_BUCKET, TEN.withBurst(5)))
                .limit(none)
                .build());
        assertThat(other.tryAcquire(ADA).allowed()).isTrue();
        assertThat(limiter.tryAcquire(ADA, 9).allowed()).isTrue();
        assertThat(other.tryAcquire(ADA).refusedBy()).contains("none");
        clock.advance(Duration.ofSeconds(6));
        Decision refused = other.tryAcquire(ADA);
        assertThat(refused.limits().get(0).retryAfter()).isZero(); // one of its five is back
        assertThat(refused.refusedBy()).contains("none");
        assertThat(limiter.peek(ADA).remaining()).isEqualTo(1); // of ten
        assertThat(limiter.peek(ADA).resetAfter()).isEqualTo(Duration.ofSeconds(54));
    }

    /** As in a rolling deployment: to look by two limits in turn brings nothing back, and takes nothing. */
    @Test
    void processesThatDisagree() {
        CompositeRateLimiter slow = frozenOf(Algorithm.TOKEN_BUCKET, TEN_AN_HOUR);
        CompositeRateLimiter quick = frozenOf(Algorithm.TOKEN_BUCKET, TEN);
        assertThat(slow.tryAcquire(ADA, 10).allowed()).isTrue();
        clock.advance(Duration.ofMinutes(21)); // three tokens and a half
        for (int i = 0; i < 20; i++) {
            assertThat(quick.peek(ADA).remaining()).isEqualTo(3);
            assertThat(slow.peek(ADA).remaining()).isEqualTo(3);
        }
        assertThat(quick.peek(ADA).resetAfter()).isBetween(Duration.ofSeconds(39), Duration.ofMillis(39_001));
        clock.advance(Duration.ofSeconds(3)); // by the quick one, who came last, half a token
        assertThat(slow.peek(ADA).remaining()).isEqualTo(4);
    }

    @Test
    void theKeyLivesAsLongAsWhatIsMissingNow() {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(redis, keys)
                .limit(NamedLimit.of(KEPT, Algorithm.TOKEN_BUCKET, TEN))
                .build());
        String key = keys.child("id").key("ada");
        assertThat(limiter.tryAcquire(ADA, 10).allowed()).isTrue();
        limiter.setLimit(KEPT, TEN_AN_HOUR);
        Decision refused = limiter.tryAcquire(ADA);
        assertThat(refused.allowed()).isFalse();
        long ttl = admin(key, c -> c.pttl(key));
        assertThat(ttl)
                .isBetween(
                        Duration.ofMinutes(50).toMillis(), refused.resetAfter().toMillis() + 2);
    }

    /** By fractions, which are exact; the script rounds to nanoseconds, and tells microseconds. */
    @Test
    void asManyTokensWhateverTheLimits() {
        Random random = new Random(FullLength.seed("another limit, " + deployment));
        for (int round = 0; round < FullLength.of(200, 2_000); round++) {
            Map<String, String> id = Map.of("id", "id " + round);
            Rule old = rule(random);
            Rule next = rule(random);
            CompositeRateLimiter limiter = frozenOf(Algorithm.TOKEN_BUCKET, old.limit());
            long taken = 1 + random.nextLong(old.second());
            assertThat(limiter.tryAcquire(id, taken).allowed()).isTrue();
            long passed = random.nextLong(old.first() * taken / 1_000 + 1);
            clock.advance(RateModel.micros(passed));
            limiter.setLimit(KEPT, next.limit());
            Decision look = limiter.peek(id);
            // Of old.first() parts of a token; at most all that the next bucket holds.
            BigInteger parts = big(taken).multiply(big(old.first())).subtract(big(passed * 1_000));
            parts = parts.max(BigInteger.ZERO).min(big(next.second()).multiply(big(old.first())));
            long missing =
                    parts.multiply(big(next.first())).divide(big(old.first())).longValueExact();
            assertThat(look.resetAfter().toNanos() - missing)
                    .as("%s, %d taken, %d us, %s", old, taken, passed, next)
                    .isBetween(-1_000L, 2_000L);
            BigInteger left = big(next.second()).multiply(big(old.first())).subtract(parts);
            assertThat(big(look.remaining()))
                    .isIn(
                            left.divide(big(old.first())),
                            left.divide(big(old.first())).subtract(BigInteger.ONE));
            limiter.close();
        }
    }

    private void grantsAfterExactly(CompositeRateLimiter limiter, Duration wait) {
        clock.advance(wait.minus(MICRO));
        assertThat(limiter.tryAcquire(ADA).retryAfter()).isEqualTo(MICRO);
        clock.advance(MICRO);
        assertThat(limiter.tryAcquire(ADA).allowed()).isTrue();
    }

    private CompositeRateLimiter frozenOf(Algorithm algorithm, Limit limit) {
        return closing(CompositeRateLimiter.builder(frozen, keys)
                .options(FORGETFUL)
                .limit(NamedLimit.of(KEPT, algorithm, limit))
                .build());
    }

    private static Rule rule(Random random) {
        Limit limit = Limit.of(1 + random.nextInt(30), Duration.ofMillis(1 + random.nextInt(1 << random.nextInt(30))));
        return Rule.of(Algorithm.TOKEN_BUCKET, limit);
    }

    private static BigInteger big(long value) {
        return BigInteger.valueOf(value);
    }
}
