package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Another master takes over: a promotion, a master that is stopped, an old one that was frozen; for leases of every kind.
 * Replication is asynchronous, so what the old master alone knew may be gone; fencing tokens go on increasing all the same.
 * STANDALONE has nobody who could take over. An old master that goes on answering is in {@link IsolatedMasterIT}.
 */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class LockTopologyIT extends KindsFixture {

    private String seat = "";

    @Override
    Set<Kind> kinds() {
        return EnumSet.allOf(Kind.class);
    }

    /** On the master that a failover replaces, as all of them are. */
    @BeforeEach
    void chooseASeat() {
        seat = seats.get(0).name();
    }

    /** What had been replicated is kept, the queue with it; nobody is told of the change. */
    @Test
    void aPromotionKeepsTheLeaseAndTheQueue() throws Exception {
        List<Lease> holders = held(TTL);
        List<CompletableFuture<Acquisition>> waiting = rivals();
        awaitReplicas();
        promoteAnother();
        holders.forEach(holder -> soon(() -> holder.extend(TTL)));
        holders.forEach(holder -> soon(holder::release));
        areTheNext(holders, waiting);
    }

    /** It had not told its replicas of the lease: there is a second holder, whose fencing token is greater. */
    @Test
    void aDeadMasterForgetsALeaseAndTheNextFencingTokenIsGreater() throws Exception {
        List<Lease> before = held(TTL);
        assertThat(before).allMatch(Lease::release);
        awaitReplicas();
        RedisNode dead = master(seat);
        List<RedisNode> replicas = replicas();
        replicas.forEach(RedisNode::pause);
        List<Lease> forgotten;
        try {
            dead.<Long>call(c -> c.clientKill(KillArgs.Builder.typeSlave()));
            forgotten = held(TTL);
            dead.kill9();
        } finally {
            replicas.forEach(RedisNode::resume);
        }
        List<CompletableFuture<Acquisition>> second = each(each -> asking(each.rival(), each.name()));
        for (CompletableFuture<Acquisition> each : second) {
            got(each);
        }
        Awaitility.await().atMost(RECOVERY).until(() -> master(seat).port() != dead.port());
        for (Lease lease : forgotten) {
            soon(() -> !lease.extend(TTL));
            assertThat(lease.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.REVOKED);
        }
        areTheNext(forgotten, second);
    }

    /** It still has the leases when it comes back, and nobody asks it. */
    @Test
    void anOldMasterThatWasFrozenTakesNothingBack() throws Exception {
        List<Lease> holders = held(Duration.ofSeconds(2));
        awaitReplicas();
        RedisNode isolated = master(seat);
        isolated.pause();
        List<CompletableFuture<Acquisition>> next;
        try {
            next = each(each -> asking(each.rival(), each.name()));
            for (CompletableFuture<Acquisition> each : next) {
                got(each);
            }
            assertThat(master(seat).port()).isNotEqualTo(isolated.port());
            for (Lease holder : holders) {
                assertThat(holder.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
            }
        } finally {
            isolated.resume();
        }
        assertThat(holders).noneMatch(Lease::release);
        for (CompletableFuture<Acquisition> each : next) {
            soon(() -> got(each).extend(TTL));
        }
        deployment.heal();
        areTheNext(holders, next);
    }

    private static void soon(Callable<Boolean> step) {
        Awaitility.await()
                .atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(step);
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
