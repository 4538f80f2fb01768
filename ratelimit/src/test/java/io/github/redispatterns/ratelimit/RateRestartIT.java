package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * kill -9 and a restart, with what an append-only file has kept and without any, and a server that is loading. On a lone
 * server: elsewhere a replica takes over ({@link RateTopologyIT}).
 */
class RateRestartIT {

    private static final KeySpace KEYS = KeySpace.of("restart");
    private static final Limit TEN = Limit.of(10, Duration.ofMinutes(10));
    private static final Duration INTERVAL = Duration.ofMillis(200);
    /** Core finds a server that is back within a second; a busy machine may add to it. */
    private static final Duration FOUND = Duration.ofMillis(1_500);

    private static final RedisOptions QUICK =
            RedisOptions.builder().commandTimeout(Duration.ofMillis(300)).build();

    /** Everything is forgotten, as stated. */
    @ParameterizedTest
    @EnumSource
    void withoutPersistenceLimitsBeginAnew(Algorithm algorithm) {
        try (RedisDeployment deployment = RedisDeployment.start(Topology.STANDALONE)) {
            killAndRestart(deployment, algorithm, 10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void withAnAppendOnlyFileWhatWasTakenStaysTaken(Algorithm algorithm) {
        try (RedisDeployment deployment = RedisDeployment.builder(Topology.STANDALONE)
                .config("appendonly", "yes")
                .config("appendfsync", "always")
                .start()) {
            killAndRestart(deployment, algorithm, 6);
        }
    }

    private static void killAndRestart(RedisDeployment deployment, Algorithm algorithm, long leftInRedis) {
        try (Redis redis = Redis.connect(deployment.uri(), QUICK);
                RateLimiter limiter = limiter(redis, algorithm)) {
            assertThat(limiter.tryAcquire("ada", 4).remaining()).isEqualTo(6);
            RedisNode node = deployment.nodes().get(0);
            node.kill9();
            for (int call = 0; call < 1_000; call++) {
                Decision decision = limiter.tryAcquire("ada");
                assertThat(decision.degraded()).isTrue();
                assertThat(decision.allowed()).isEqualTo(call < 5); // half of ten
            }
            node.restart();
            awaitBack(limiter, INTERVAL.plus(FOUND));
            assertThat(limiter.peek("ada").remaining()).isEqualTo(leftInRedis);
            assertThat(limiter.tryAcquire("ada").degraded()).isFalse();
        }
    }

    /** As stated: what is held ahead is granted on top. */
    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void withoutPersistenceNoMoreIsGrantedOnTopThanIsHeld(Algorithm algorithm) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        RateLimiterOptions ahead =
                RateLimiterOptions.builder().leaseAhead(100).maxDenied(0).build();
        Limit slow = Limit.of(1_000, Duration.ofHours(10)); // one comes back in 36 s
        try (RedisDeployment deployment = RedisDeployment.start(Topology.STANDALONE);
                Redis redis = Redis.connect(
                        deployment.uri(),
                        RedisOptions.builder().meterRegistry(registry).build());
                RateLimiter limiter = RateLimiter.create(redis, KEYS, algorithm, slow, ahead)) {
            new Held(registry).useUntilHeld(limiter, "ada");
            RedisNode node = deployment.nodes().get(0);
            node.kill9();
            node.restart();
            RateFaultFixture.awaitBack(limiter, "ada", INTERVAL.plus(FOUND));
            assertThat(limiter.peek("ada").remaining()).isEqualTo(1_000);
            assertThat(Held.useAll(limiter, "ada")).isBetween(900, 1_101);
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
                RateLimiter limiter = limiter(redis, Algorithm.GCRA)) {
            RedisNode node = deployment.nodes().get(0);
            assertThat(limiter.tryAcquire("ada", 4).allowed()).isTrue();
            String kept = "x".repeat(2_000);
            node.call(c -> c.mset(IntStream.range(0, 200).boxed().collect(Collectors.toMap(i -> "k" + i, i -> kept))));
            node.call(c -> c.save());
            node.kill9();
            CompletableFuture<Void> restart = CompletableFuture.runAsync(node::restart);
            int slow = 0;
            while (!restart.isDone()) {
                long began = System.nanoTime();
                if (!limiter.tryAcquire("other").degraded()) {
                    break;
                }
                Duration took = Duration.ofNanos(System.nanoTime() - began);
                assertThat(took).isLessThan(Duration.ofMillis(900));
                slow += took.compareTo(Duration.ofMillis(150)) > 0 ? 1 : 0;
            }
            assertThat(slow).as("calls that waited").isLessThan(10);
            restart.get(60, TimeUnit.SECONDS);
            awaitBack(limiter, Duration.ofSeconds(30));
            assertThat(limiter.peek("ada").remaining()).isEqualTo(6); // the snapshot has it
        }
    }

    private static RateLimiter limiter(Redis redis, Algorithm algorithm) {
        RateLimiterOptions options = RateLimiterOptions.builder()
                .whenDown(Fallback.local(0.5))
                .probeInterval(INTERVAL)
                .build();
        return RateLimiter.create(redis, KEYS, algorithm, TEN, options);
    }

    private static void awaitBack(RateLimiter limiter, Duration within) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(within)
                .until(() -> !limiter.peek("ada").degraded());
    }
}
