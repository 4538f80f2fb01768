package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A lease counts only if replicas have acknowledged it. */
@RedisTest
class ReplicasIT extends LocksFixture {

    private static final Duration SOON = Duration.ofMillis(300);

    @Test
    void allReplicasAcknowledgeALease() {
        for (int i = 0; i < 10; i++) { // on a Cluster on each master
            Acquisition outcome =
                    lock.acquire("seat " + i, within(Math.max(1, replicas()), replicas() == 0 ? SOON : WAIT));
            if (deployment.topology() == Topology.STANDALONE) {
                assertThat(outcome).isEqualTo(new Acquisition.Unreplicated(0, 1));
                assertThat(timed("acquisitions", "outcome", "unreplicated")).isEqualTo(i + 1L);
                assertFree("seat " + i);
            } else {
                Lease lease = acquired(outcome);
                lease.ensureHeld();
                assertThat(lease.release()).isTrue();
            }
        }
    }

    @Test
    void whatTooFewAcknowledgeIsGivenBack() {
        int there = replicas();
        assertThat(lock.acquire("seat", within(there + 1, SOON)))
                .isEqualTo(new Acquisition.Unreplicated(there, there + 1));
        assertFree("seat");
    }

    @Test
    void aFrozenReplicaDoesNotAcknowledge() {
        List<RedisNode> replicas = replicasOf("seat");
        DistributedLock other = lock(handle()); // which a Cluster with a frozen node would keep waiting
        replicas.forEach(RedisNode::pause);
        try {
            whileTheyAreFrozen(other);
        } finally {
            replicas.forEach(RedisNode::resume);
        }
        if (!replicas.isEmpty()) {
            assertThat(acquired(lock.acquire("seat", within(replicas.size(), WAIT)))
                            .release())
                    .isTrue();
        }
    }

    private void whileTheyAreFrozen(DistributedLock other) {
        LeaseOptions options = LeaseOptions.builder(TTL)
                .replicas(1, SOON)
                .minHold(TTL) // of no effect on a lease that nobody had
                .build();
        long began = System.nanoTime();
        assertThat(lock.acquire("seat", options)).isEqualTo(new Acquisition.Unreplicated(0, 1));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(SOON, SOON.plusSeconds(2));
        assertThat(acquired(other.tryAcquire("seat", TTL)).release()).isTrue();
        // Those who ask at the same time wait at the same time.
        List<CompletableFuture<Acquisition>> asking = IntStream.range(0, 50)
                .mapToObj(i -> lock.acquireAsync("{seat} " + i, within(1, SOON)).toCompletableFuture())
                .toList();
        asking.forEach(CompletableFuture::join);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON.plusSeconds(4));
    }

    @Test
    void alsoWhoeverHasWaitedForTheLock() throws Exception {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        LeaseOptions options = LeaseOptions.builder(TTL)
                .maxWait(WAIT)
                .replicas(replicas() + 1, SOON)
                .build();
        CompletableFuture<Acquisition> waiting =
                lock(handle()).acquireAsync("seat", options).toCompletableFuture();
        Awaitility.await().until(() -> admin("seat", c -> LockView.waiters(c, keys.key("seat"))) == 1);
        holder.release();
        assertThat(waiting.get(5, TimeUnit.SECONDS))
                .isEqualTo(new Acquisition.Unreplicated(replicas(), replicas() + 1));
        assertFree("seat");
    }

    /** No more than the lease had, however long the replicas take. */
    @Test
    void theLeaseDoesNotLastLongerForIt() {
        CompletableFuture<Acquisition> asking =
                lock.acquireAsync("seat", within(9, SOON.multipliedBy(3))).toCompletableFuture();
        Awaitility.await().until(() -> admin("seat", c -> LockView.until(c, keys.key("seat"))) > 0);
        long first = admin("seat", c -> LockView.until(c, keys.key("seat")));
        Awaitility.await().pollDelay(SOON).until(() -> true);
        long later = admin("seat", c -> LockView.until(c, keys.key("seat")));
        assertThat(later).isEqualTo(first);
        assertThat(asking.join()).isEqualTo(new Acquisition.Unreplicated(replicas(), 9));
    }

    @Test
    void theConnectionIsClosedWithTheLock() {
        assertThat(acquired(lock.tryAcquire("seat", TTL)).release()).isTrue(); // under Sentinels it connects only now
        long before = connections();
        DistributedLock other = DistributedLock.create(redis, keys);
        assertThat(other.acquire("seat", within(9, Duration.ofMillis(100))))
                .isInstanceOf(Acquisition.Unreplicated.class);
        assertThat(connections()).isGreaterThan(before);
        other.close();
        Awaitility.await().untilAsserted(() -> assertThat(connections()).isLessThanOrEqualTo(before));
    }

    @Test
    void badInputIsRefused() {
        LeaseOptions.Builder options = LeaseOptions.builder(Duration.ofSeconds(1));
        assertThatThrownBy(() -> options.replicas(0, SOON)).hasMessageStartingWith("count: must be from 1");
        assertThatThrownBy(() -> options.replicas(1, Duration.ZERO))
                .hasMessageStartingWith("within: must be from 1 ms");
        assertThatThrownBy(() -> options.replicas(1, Duration.ofSeconds(2)).build())
                .hasMessage("within: must be at most the ttl of PT1S, is PT2S");
    }

    private void assertFree(String resource) {
        assertThat(acquired(lock(handle()).tryAcquire(resource, TTL)).release()).isTrue();
    }

    private static LeaseOptions within(int replicas, Duration time) {
        return LeaseOptions.builder(TTL).replicas(replicas, time).build();
    }

    private int replicas() {
        return replicasOf("seat").size();
    }

    private List<RedisNode> replicasOf(String resource) {
        int master = deployment.masterOf(keys.key(resource)).port();
        return deployment.nodes().stream()
                .filter(node -> node.isRunning() && node.port() != master)
                .filter(node -> node.call(c -> c.role()).toString().contains(", " + master + ", "))
                .toList();
    }

    /** Of the user, on all servers. */
    private long connections() {
        String name = user.uri().replaceFirst("^[^:]*://", "").replaceFirst(":.*$", "");
        return deployment.nodes().stream()
                .flatMap(node -> node.call(c -> c.clientList()).lines())
                .filter(line -> line.contains(" user=" + name + " "))
                .count();
    }
}
