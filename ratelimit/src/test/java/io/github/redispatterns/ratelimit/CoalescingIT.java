package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that travel together are decided as single calls, one after the other, would be. */
@RedisTest
class CoalescingIT extends RateFixture {

    private static final int ROUNDS = FullLength.of(60, 2_000);
    private static final int THREADS = 8;

    /** One thread, so that the order of arrival is known. */
    @ParameterizedTest
    @EnumSource
    void theyAreDecidedAsTheModelDecidesOneAfterTheOther(Algorithm algorithm) {
        Random random = new Random(FullLength.seed("coalescing of " + algorithm + ", " + deployment));
        Limit limit = Limit.of(50, MINUTE);
        RateModel model = RateModel.of(Rule.of(algorithm, limit));
        Coalescing<String, Rule> store =
                new Coalescing<>(frozenStore(algorithm, limit), 7, new RateMetrics(registry, "line"));
        String key = key(algorithm, "ada");
        for (int round = 0; round < ROUNDS; round++) {
            List<Long> costs = new ArrayList<>();
            List<CompletableFuture<Decision>> calls = new ArrayList<>();
            for (int i = random.nextInt(30); i >= 0; i--) {
                long cost = 1L + random.nextInt(random.nextBoolean() ? 2 : 20);
                costs.add(cost);
                calls.add(store.decide(key, cost).toCompletableFuture());
            }
            List<Decision> decided = calls.stream().map(Sync::await).toList();
            assertThat(decided).as("round %d, %s", round, costs).isEqualTo(model.decide(clock.micros(), true, costs));
            clock.advance(RateModel.micros(random.nextInt(60_000_000)));
        }
        assertThat(registry.counter("redis.patterns.ratelimit.coalesced", "limiter", "line")
                        .count())
                .isGreaterThan(ROUNDS);
        Awaitility.await().until(() -> store.underWay() == 0); // who is told is told before
    }

    /** Many threads, two processes: as many are granted as there are permits. */
    @ParameterizedTest
    @EnumSource
    void aHotKeyGrantsItsLimitToTheLastPermitAndCostsFewScripts(Algorithm algorithm) throws Exception {
        int calls = FullLength.of(500, 20_000);
        Limit limit = Limit.of((long) THREADS * calls / 2, MINUTE);
        RateLimiter one = frozenLimiter(algorithm, limit);
        RateLimiter other = frozenLimiter(algorithm, limit);
        AtomicLong granted = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                RateLimiter mine = thread % 2 == 0 ? one : other;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < calls; i++) {
                        granted.addAndGet(mine.tryAcquire("hot").allowed() ? 1 : 0);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(granted.get()).isEqualTo(limit.permits());
        assertThat(one.peek("hot").remaining()).isZero();
    }

    /** Who is told may be slow, even on the I/O thread: those who came after it are on their way by then. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theNextScriptDoesNotWaitForWhoIsTold(int slow) throws Exception {
        RateLimiterOptions two =
                RateLimiterOptions.builder().maxCoalesced(2).maxDenied(0).build();
        KeySpace space = keys(Algorithm.GCRA);
        Redis patient = handle(RedisOptions.builder().commandTimeout(Duration.ofSeconds(30)));
        RateLimiter here = closing(RateLimiter.create(patient, space, Algorithm.GCRA, TEN, two));
        RateLimiter elsewhere =
                closing(RateLimiter.create(handle(RedisOptions.builder()), space, Algorithm.GCRA, TEN, two));
        CompletableFuture<Void> over = new CompletableFuture<>();
        List<CompletionStage<?>> calls = new ArrayList<>();
        whileWritesArePaused(() -> {
            for (int i = 0; i < 4; i++) { // the first alone, then two, then one
                CompletionStage<Decision> call = here.tryAcquireAsync("ada");
                calls.add(i == slow ? call.thenRun(over::join) : call);
            }
        });
        try {
            Awaitility.await().until(() -> elsewhere.peek("ada").remaining() == 7 - slow);
        } finally {
            over.complete(null);
            calls.forEach(Sync::await);
        }
    }
}
