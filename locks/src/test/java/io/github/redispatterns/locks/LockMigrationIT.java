package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A slot moves to and fro under load. Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
class LockMigrationIT extends MigrationFixture {

    private final AtomicInteger inside = new AtomicInteger();
    private final Queue<Long> fences = new ConcurrentLinkedQueue<>();

    /** No MOVED, ASK or TRYAGAIN reaches a caller, one holds the lock at a time, and the queue moves with it. */
    @Test
    void theLockIsHandedOnWhileItsSlotMoves() throws Exception {
        for (int i = 0; i < 2; i++) {
            DistributedLock one = lock(handle());
            underLoad(() -> take(one));
            underLoad(() -> take(one));
        }
        whileTheSlotMoves(SlotHash.getSlot(keys.key("seat")));
        assertThat(List.copyOf(fences)).isSorted().doesNotHaveDuplicates();
        assertThat(queued("seat")).isZero();
        acquired(lock.tryAcquire("seat", TTL)).close();
    }

    private void take(DistributedLock one) {
        Lease lease = acquired(one.acquire("seat", TTL, WAIT));
        assertThat(inside.incrementAndGet()).isEqualTo(1);
        fences.add(lease.fencingToken());
        assertThat(lease.extend(TTL)).as("extended after %s turns", turns).isTrue();
        inside.decrementAndGet();
        assertThat(lease.release())
                .as("released after %s turns, %s left", turns, lease.fencingToken())
                .isTrue();
    }
}
