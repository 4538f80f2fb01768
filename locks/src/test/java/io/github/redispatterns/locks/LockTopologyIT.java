package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Another master takes over: a promotion, a master that is stopped, an old one that was isolated. Replication is
 * asynchronous, so what the old master alone knew may be gone; fencing tokens go on increasing all the same. STANDALONE
 * has nobody who could take over.
 */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class LockTopologyIT extends LockFaultFixture {

    private String seat = "";

    /** On the master that a failover replaces. */
    @BeforeEach
    void chooseASeat() {
        RedisNode first = deployment.masters().get(0);
        seat = Stream.iterate(1, i -> i + 1)
                .map(i -> "seat " + i)
                .filter(name -> master(name).equals(first))
                .findFirst()
                .orElseThrow();
    }

    /** What had been replicated is kept, the queue with it; nobody is told of the change. */
    @Test
    void aPromotionKeepsTheLeaseAndTheQueue() throws Exception {
        Lease holder = acquired(hasty.tryAcquire(seat, TTL));
        CompletableFuture<Acquisition> waiting = waiting(other, seat);
        awaitQueued(seat, 1);
        awaitReplicas();
        promoteAnother();
        Awaitility.await()
                .atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(() -> holder.extend(TTL));
        assertThat(holder.release()).isTrue();
        Lease next = got(waiting);
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        isTheOneLease(seat, next);
    }

    /** It had not told its replicas of the lease: there is a second holder, whose fencing token is greater. */
    @Test
    void aDeadMasterForgetsALeaseAndTheNextFencingTokenIsGreater() throws Exception {
        Lease before = acquired(hasty.tryAcquire(seat, TTL));
        assertThat(before.release()).isTrue();
        awaitReplicas();
        RedisNode dead = master(seat);
        List<RedisNode> replicas = replicas();
        replicas.forEach(RedisNode::pause);
        Lease forgotten;
        try {
            dead.<Long>call(c -> c.clientKill(KillArgs.Builder.typeSlave()));
            forgotten = acquired(hasty.tryAcquire(seat, TTL));
            dead.kill9();
        } finally {
            replicas.forEach(RedisNode::resume);
        }
        Lease second = got(asking(other, seat));
        Awaitility.await().atMost(RECOVERY).until(() -> master(seat).port() != dead.port());
        assertThat(second.fencingToken()).isGreaterThan(forgotten.fencingToken());
        Awaitility.await()
                .atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(PatternsException.class) // its client has yet to find the new master
                .until(() -> !forgotten.extend(TTL));
        assertThat(forgotten.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.REVOKED);
        isTheOneLease(seat, second);
    }

    /** It may still answer, before it knows that it has been replaced: what it grants is not the last word. */
    @Test
    void anOldMasterThatWasIsolatedTakesNothingBack() throws Exception {
        Lease holder = acquired(hasty.tryAcquire(seat, Duration.ofSeconds(2)));
        CompletableFuture<Lease.Loss> lost = holder.lost().toCompletableFuture();
        awaitReplicas();
        RedisNode isolated = master(seat);
        isolated.pause();
        Lease next;
        try {
            next = got(asking(other, seat));
            assertThat(master(seat).port()).isNotEqualTo(isolated.port());
            assertThat(lost.join()).isEqualTo(Lease.Loss.EXPIRED);
            assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        } finally {
            isolated.resume();
        }
        assertThat(holder.release()).isFalse();
        Awaitility.await()
                .atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(() -> next.extend(TTL));
        deployment.heal();
        isTheOneLease(seat, next);
    }

    /** Waits; and asks again as long as there is no master. */
    private CompletableFuture<Acquisition> asking(DistributedLock one, String resource) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Acquisition[] outcome = new Acquisition[1];
                    Awaitility.await()
                            .atMost(RECOVERY)
                            .pollInterval(Duration.ofMillis(50))
                            .ignoreExceptionsInstanceOf(PatternsException.class)
                            .until(() -> (outcome[0] = one.acquire(resource, TTL, RECOVERY)) != null);
                    return outcome[0];
                },
                threads);
    }

    private void awaitReplicas() {
        long replicas = master(seat)
                .call(c -> c.waitForReplication(1, Duration.ofSeconds(5).toMillis()));
        assertThat(replicas).isPositive();
    }

    private List<RedisNode> replicas() {
        return deployment.nodes().stream()
                .filter(node -> deployment.masters().stream().noneMatch(node::equals))
                .toList();
    }

    private void promoteAnother() {
        RedisNode old = master(seat);
        deployment.failover();
        assertThat(master(seat)).isNotEqualTo(old);
        // Until it knows that it has been replaced it goes on granting what nobody else knows of.
        Awaitility.await()
                .atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(RedisException.class) // Sentinel closes its connections
                .until(() -> old.call(c -> c.role()).get(0).equals("slave"));
    }
}
