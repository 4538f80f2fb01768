package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Several limits whose ids are asked for again and again: what is remembered, and what travels together. */
@RedisTest
class CompositeHotKeyIT extends RateFixture {

    private static final int CALLS = 1_000;
    private static final int THREADS = 16;
    private static final NamedLimit FIVE = NamedLimit.of("five", Algorithm.GCRA, Limit.of(5, Duration.ofHours(1)))
            .per("user");
    private static final NamedLimit EIGHT = NamedLimit.of(
                    "eight", Algorithm.FIXED_WINDOW, Limit.of(8, Duration.ofHours(2)))
            .per("ip");
    private static final Map<String, String> ADA = Map.of("user", "ada", "ip", "::1");
    private static final Map<String, String> ADA_ELSEWHERE = Map.of("user", "ada", "ip", "::2");
    private static final Map<String, String> BOB = Map.of("user", "bob", "ip", "::2");

    @Test
    void whoKeepsTryingCostsRedisNothing() {
        CompositeRateLimiter limiter = limiter(MINUTE);
        assertThat(limiter.tryAcquire(ADA, 5).allowed()).isTrue();
        Decision refused = limiter.tryAcquire(ADA);
        long scripts = scripts();
        Decision last = refused;
        for (int call = 0; call < CALLS; call++) {
            Decision again = limiter.tryAcquire(ADA);
            assertThat(again.allowed()).isFalse();
            assertThat(again.degraded()).isFalse();
            assertThat(again.refusedBy()).contains("five");
            assertThat(again.remaining()).isZero();
            assertThat(again.retryAfter()).isPositive().isLessThan(last.retryAfter());
            assertThat(again.resetAfter()).isPositive().isLessThan(last.resetAfter());
            assertThat(again.limits().get(0).retryAfter()).isEqualTo(again.retryAfter());
            assertThat(again.limits().get(1).retryAfter()).isZero();
            assertThat(again.limits()).extracting(LimitState::remaining).containsExactly(0L, 3L);
            last = again;
        }
        assertThat(scripts()).isEqualTo(scripts);
        assertThat(counted("refused")).isEqualTo(CALLS + 1);
        assertThat(registry.counter("redis.patterns.ratelimit.denied", "limiter", "default")
                        .count())
                .isEqualTo(CALLS);
        assertThat(limiter.tryAcquire(ADA, 2).refusedBy()).contains("five"); // of another cost nothing is known
        assertThat(scripts()).isEqualTo(scripts + 1);
    }

    /** A reset of any of the subjects is seen at once, and so is another limit; also by those who share the subject. */
    @Test
    void whatIsDoneHereIsSeenAtOnce() {
        CompositeRateLimiter limiter = limiter(MINUTE);
        assertThat(limiter.tryAcquire(ADA, 5).allowed()).isTrue();
        assertThat(limiter.tryAcquire(ADA).allowed()).isFalse();
        assertThat(limiter.tryAcquire(ADA_ELSEWHERE).allowed()).isFalse();
        limiter.reset(Map.of("user", "ada"));
        assertThat(limiter.tryAcquire(ADA_ELSEWHERE, 4).allowed()).isTrue();
        assertThat(limiter.tryAcquire(ADA).allowed()).isTrue();
        assertThat(limiter.tryAcquire(ADA).refusedBy()).contains("five");
        limiter.setLimit("five", Limit.of(7, Duration.ofHours(1)));
        assertThat(limiter.tryAcquire(ADA).allowed()).isTrue();
        assertThat(limiter.tryAcquire(ADA, 2).refusedBy()).contains("eight");
        limiter.reset(Map.of("ip", "::1"));
        assertThat(limiter.tryAcquire(ADA, 2).refusedBy()).contains("five");
        assertThat(limiter.tryAcquire(ADA).allowed()).isTrue();
    }

    @Test
    void anotherProcesssResetIsSeenInTime() {
        Duration longest = Duration.ofMillis(300);
        CompositeRateLimiter limiter = limiter(longest);
        CompositeRateLimiter other = limiter(longest);
        assertThat(limiter.tryAcquire(ADA, 5).allowed()).isTrue();
        assertThat(limiter.tryAcquire(ADA).allowed()).isFalse();
        other.reset(Map.of("user", "ada"));
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(longest.plusMillis(500))
                .until(() -> limiter.tryAcquire(ADA).allowed());
    }

    /** Many threads, two processes, two pairs of ids that share one: as many are granted as there are permits. */
    @Test
    void hotIdsAreGrantedTheirLimitToTheLastPermitAndCostFewScripts() throws Exception {
        int calls = FullLength.of(200, 5_000);
        long permits = (long) THREADS * calls / 2;
        CompositeRateLimiter one = hot(permits);
        CompositeRateLimiter other = hot(permits);
        AtomicLong granted = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                CompositeRateLimiter mine = thread % 2 == 0 ? one : other;
                Map<String, String> ids = thread % 4 < 2 ? ADA_ELSEWHERE : BOB;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < calls; i++) {
                        granted.addAndGet(mine.tryAcquire(ids).allowed() ? 1 : 0);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(granted.get()).isEqualTo(permits);
        Decision left = one.peek(BOB);
        assertThat(left.refusedBy()).contains("together");
        assertThat(left.limits().get(0).remaining()
                        + one.peek(ADA_ELSEWHERE).limits().get(0).remaining())
                .isEqualTo(permits); // what one refused, the other was not charged for
        assertThat(registry.counter("redis.patterns.ratelimit.coalesced", "limiter", "hot")
                        .count())
                .isPositive();
        assertThat(registry.timer("redis.patterns.ratelimit.scripts", "limiter", "hot")
                        .count())
                .isLessThan((long) THREADS * calls);
    }

    private CompositeRateLimiter limiter(Duration longest) {
        return closing(CompositeRateLimiter.builder(redis, keys)
                .limit(FIVE)
                .limit(EIGHT)
                .hashTag("t")
                .options(RateLimiterOptions.builder().denyFor(longest).build())
                .build());
    }

    private CompositeRateLimiter hot(long permits) {
        Limit limit = Limit.of(permits, Duration.ofDays(300));
        return closing(CompositeRateLimiter.builder(redis, keys)
                .limit(NamedLimit.of("each", Algorithm.TOKEN_BUCKET, limit).per("user"))
                .limit(NamedLimit.of("together", Algorithm.SLIDING_WINDOW_COUNTER, limit)
                        .per("ip"))
                .hashTag("t")
                .options(RateLimiterOptions.builder().name("hot").maxDenied(0).build())
                .build());
    }

    private long scripts() {
        return registry.timer("redis.patterns.ratelimit.scripts", "limiter", "default")
                .count();
    }
}
