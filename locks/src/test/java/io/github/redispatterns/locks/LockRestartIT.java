package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * kill -9 and a restart, with what an append-only file has kept and without any, and a server that is loading. On a lone
 * server: elsewhere a replica takes over ({@link LockTopologyIT}).
 */
class LockRestartIT {

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final KeySpace KEYS = KeySpace.of("restart");
    private static final RedisOptions QUICK =
            RedisOptions.builder().commandTimeout(Duration.ofMillis(300)).build();

    /** Everything is forgotten, and fencing tokens go on increasing all the same. */
    @ParameterizedTest
    @EnumSource
    void withoutPersistenceLeasesAreLostAndFencingTokensGoOn(Kind kind) throws Exception {
        try (RedisDeployment deployment = RedisDeployment.start(Topology.STANDALONE);
                Redis redis = Redis.connect(deployment.uri(), QUICK);
                Redis second = Redis.connect(deployment.uri(), QUICK);
                DistributedLock lock = kind.holder(redis, KEYS);
                DistributedLock other = kind.rival(second, KEYS)) {
            Lease holder = lock.tryAcquire("seat", TTL).orElseThrow();
            CompletableFuture<Acquisition> waiting =
                    other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
            RedisNode node = deployment.nodes().get(0);
            awaitQueued(node);
            restart(node, lock);
            assertThat(holder.remaining()).as("it cannot know yet").isPositive();
            Lease next = waiting.get(20, TimeUnit.SECONDS).orElseThrow(); // it has queued again
            assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
            assertThat(holder.extend(TTL)).isFalse();
            assertThat(holder.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.REVOKED);
            assertThat(holder.release()).isFalse();
            next.ensureHeld();
            assertThat(next.extend(TTL)).isTrue();
            assertThat(next.release()).isTrue();
            Lease last = lock.tryAcquire("seat", TTL).orElseThrow();
            assertThat(last.fencingToken()).isGreaterThan(next.fencingToken());
        }
    }

    /** Leases, and who waits for them, are there again. */
    @ParameterizedTest
    @EnumSource
    void withAnAppendOnlyFileLeasesAndTheQueueAreKept(Kind kind) throws Exception {
        try (RedisDeployment deployment = RedisDeployment.builder(Topology.STANDALONE)
                        .config("appendonly", "yes")
                        .config("appendfsync", "always")
                        .start();
                Redis redis = Redis.connect(deployment.uri(), QUICK);
                Redis second = Redis.connect(deployment.uri(), QUICK);
                DistributedLock lock = kind.holder(redis, KEYS);
                DistributedLock other = kind.rival(second, KEYS)) {
            Lease holder = lock.tryAcquire("seat", TTL).orElseThrow();
            CompletableFuture<Acquisition> waiting =
                    other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
            RedisNode node = deployment.nodes().get(0);
            awaitQueued(node);
            restart(node, lock);
            assertThat(other.tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
            assertThat(waiting).isNotDone();
            assertThat(holder.extend(TTL)).isTrue();
            assertThat(holder.release()).isTrue();
            Lease next = waiting.get(20, TimeUnit.SECONDS).orElseThrow();
            assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
            assertThat(next.release()).isTrue();
        }
    }

    /** It answers everything with LOADING, which is known to be not carried out. */
    @ParameterizedTest
    @EnumSource(names = {"LOCK", "WRITE"}) // one of each way to keep it
    void aServerThatIsLoadingRefusesInTime(Kind kind) throws Exception {
        try (RedisDeployment deployment = RedisDeployment.builder(Topology.STANDALONE)
                        .config("key-load-delay", "10000") // µs per key
                        .config("loading-process-events-interval-bytes", "1024")
                        .start();
                Redis redis = Redis.connect(deployment.uri(), QUICK);
                DistributedLock lock = kind.holder(redis, KEYS)) {
            RedisNode node = deployment.nodes().get(0);
            Lease holder = lock.tryAcquire("seat", TTL).orElseThrow();
            String kept = "x".repeat(2_000);
            node.call(c -> c.mset(IntStream.range(0, 200).boxed().collect(Collectors.toMap(i -> "k" + i, i -> kept))));
            node.call(c -> c.save());
            node.kill9();
            CompletableFuture<Void> restart = CompletableFuture.runAsync(node::restart);
            while (!restart.isDone()) {
                long began = System.nanoTime();
                if (asks(lock)) {
                    break;
                }
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1_500));
                holder.ensureHeld();
            }
            restart.get(60, TimeUnit.SECONDS);
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(PatternsException.class)
                    .until(() -> lock.tryAcquire("seat", TTL) instanceof Acquisition.Busy); // the snapshot has it
            assertThat(holder.extend(TTL)).isTrue();
            assertThat(holder.release()).isTrue();
        }
    }

    private static boolean asks(DistributedLock lock) {
        try {
            return lock.tryAcquire("other", TTL) instanceof Acquisition.Acquired;
        } catch (PatternsException refused) {
            return false;
        }
    }

    private static void awaitQueued(RedisNode node) {
        Awaitility.await().until(() -> node.call(c -> LockView.waiters(c, KEYS.key("seat"))) == 1);
    }

    private static void restart(RedisNode node, DistributedLock lock) {
        node.kill9();
        assertThatThrownBy(() -> lock.tryAcquire("away", TTL)).isInstanceOf(PatternsException.class);
        node.restart();
        Awaitility.await()
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(() -> lock.tryAcquire("away", TTL) instanceof Acquisition.Acquired);
    }
}
