package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * kill -9 and a restart under several limits and slots, with what an append-only file has kept and without any, and a
 * server that is loading. On a lone server: elsewhere a replica takes over ({@link OtherTopologyIT}).
 */
class OtherRestartIT {

    private static final Map<String, String> ADA = Map.of("id", "ada");
    private static final Duration INTERVAL = Duration.ofMillis(200);
    /** Core finds a server that is back within a second; a busy machine may add to it. */
    private static final Duration FOUND = Duration.ofMillis(1_500);

    private static final RedisOptions QUICK =
            RedisOptions.builder().commandTimeout(Duration.ofMillis(300)).build();

    /** Everything is forgotten, as stated, and who holds a slot learns of it. */
    @Test
    void withoutPersistenceAllBeginsAnew() {
        try (RedisDeployment deployment = RedisDeployment.start(Topology.STANDALONE)) {
            killAndRestart(deployment, 10, false);
        }
    }

    @Test
    void withAnAppendOnlyFileWhatWasTakenStaysTaken() {
        try (RedisDeployment deployment = RedisDeployment.builder(Topology.STANDALONE)
                .config("appendonly", "yes")
                .config("appendfsync", "always")
                .start()) {
            killAndRestart(deployment, 6, true);
        }
    }

    private static void killAndRestart(RedisDeployment deployment, long left, boolean kept) {
        try (Redis redis = Redis.connect(deployment.uri(), QUICK);
                CompositeRateLimiter limiter = several(redis)) {
            ConcurrencyLimiter slots = slots(redis);
            assertThat(limiter.tryAcquire(ADA, 4).remaining()).isEqualTo(6);
            Slot held = slots.tryAcquire("ada").slot().orElseThrow();
            RedisNode node = deployment.nodes().get(0);
            node.kill9();
            long began = System.nanoTime();
            for (int call = 0; call < 1_000; call++) {
                Decision decision = limiter.tryAcquire(ADA);
                assertThat(decision.degraded()).isTrue();
                assertThat(decision.allowed()).isEqualTo(call < 5); // half of ten
                assertThatThrownBy(held::extend).isInstanceOf(PatternsException.class);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
            node.restart();
            awaitBack(limiter, INTERVAL.plus(FOUND));
            assertThat(limiter.peek(ADA).remaining()).isEqualTo(left);
            assertThat(limiter.tryAcquire(ADA).degraded()).isFalse();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(RateLimiterOptions.defaults().probeInterval().plus(FOUND))
                    .ignoreExceptionsInstanceOf(PatternsException.class)
                    .until(() -> held.extend() == kept);
            assertThat(held.remaining().isZero()).isEqualTo(!kept);
            assertThat(slots.tryAcquire("ada").remaining()).isEqualTo(kept ? 0 : 1);
        }
    }

    /** It answers everything with LOADING. */
    @Test
    void aServerThatIsLoadingIsDegradedInTime() throws Exception {
        try (RedisDeployment deployment = RedisDeployment.builder(Topology.STANDALONE)
                        .config("key-load-delay", "10000") // µs per key
                        .config("loading-process-events-interval-bytes", "1024")
                        .start();
                Redis redis = Redis.connect(deployment.uri(), QUICK);
                CompositeRateLimiter limiter = several(redis)) {
            RedisNode node = deployment.nodes().get(0);
            ConcurrencyLimiter slots = slots(redis);
            assertThat(limiter.tryAcquire(ADA, 4).allowed()).isTrue();
            Slot held = slots.tryAcquire("ada").slot().orElseThrow();
            String filling = "x".repeat(2_000);
            node.call(c ->
                    c.mset(IntStream.range(0, 200).boxed().collect(Collectors.toMap(i -> "k" + i, i -> filling))));
            node.call(c -> c.save());
            node.kill9();
            CompletableFuture<Void> restart = CompletableFuture.runAsync(node::restart);
            int slow = 0;
            while (!restart.isDone()) {
                long began = System.nanoTime();
                if (!limiter.tryAcquire(Map.of("id", "other")).degraded()) {
                    break;
                }
                slow += isSlow(began);
                began = System.nanoTime();
                try {
                    held.extend();
                } catch (NotExecutedException e) {
                    slow += isSlow(began);
                } catch (PatternsException e) { // it was under way when the server died
                    slow++;
                }
            }
            assertThat(slow).as("calls that waited").isLessThan(20);
            restart.get(60, TimeUnit.SECONDS);
            awaitBack(limiter, Duration.ofSeconds(30));
            assertThat(limiter.peek(ADA).remaining()).isEqualTo(6); // the snapshot has it
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(PatternsException.class)
                    .until(held::extend);
        }
    }

    private static int isSlow(long began) {
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertThat(took).isLessThan(Duration.ofMillis(900));
        return took.compareTo(Duration.ofMillis(150)) > 0 ? 1 : 0;
    }

    private static CompositeRateLimiter several(Redis redis) {
        return CompositeRateLimiter.builder(redis, KeySpace.of("restart"))
                .limit(NamedLimit.of("ten", Algorithm.GCRA, Limit.of(10, Duration.ofDays(1))))
                .limit(NamedLimit.of("twenty", Algorithm.SLIDING_WINDOW_COUNTER, Limit.of(20, Duration.ofDays(1))))
                .options(RateLimiterOptions.builder()
                        .whenDown(Fallback.local(0.5))
                        .probeInterval(INTERVAL)
                        .build())
                .build();
    }

    private static ConcurrencyLimiter slots(Redis redis) {
        return ConcurrencyLimiter.create(redis, KeySpace.of("slots"), 2, Duration.ofMinutes(5));
    }

    private static void awaitBack(CompositeRateLimiter limiter, Duration within) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(within)
                .until(() -> !limiter.peek(ADA).degraded());
    }
}
