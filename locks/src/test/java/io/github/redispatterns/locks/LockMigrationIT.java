package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.SlotMigration;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A slot moves to and fro under load. Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
class LockMigrationIT extends LocksFixture {

    private static final int MOVES = 4;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger turns = new AtomicInteger();
    private final List<Future<?>> all = new ArrayList<>();
    private final Queue<Long> fences = new ConcurrentLinkedQueue<>();

    /** No MOVED, ASK or TRYAGAIN reaches a caller, one holds the lock at a time, and the queue moves with it. */
    @Test
    void theLockIsHandedOnWhileItsSlotMoves() throws Exception {
        for (int i = 0; i < 2; i++) {
            DistributedLock one = lock(handle());
            all.add(threads.submit(() -> take(one)));
            all.add(threads.submit(() -> take(one)));
        }
        for (int move = 0; move < MOVES; move++) {
            int before = turns.get();
            try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(keys.key("seat")))) {
                awaitTurns(before + 50);
                migration.moveKeys(1);
                awaitTurns(before + 100);
                migration.finish();
            }
        }
        stop.set(true);
        for (Future<?> each : all) {
            each.get(20, TimeUnit.SECONDS);
        }
        assertThat(List.copyOf(fences)).isSorted().doesNotHaveDuplicates();
        assertThat(queued("seat")).isZero();
        acquired(lock.tryAcquire("seat", TTL)).close();
    }

    /** The first who waits changes the key's type: not while a key that is gone cannot be made again. */
    @Test
    void whoeverWaitsFirstWhileTheSlotMovesTakesNothingFromTheHolder() throws Exception {
        DistributedLock other = lock(handle());
        acquired(other.acquire("warm-up", TTL, WAIT)).close(); // it listens, and would queue at once
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting;
        try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(keys.key("seat")))) {
            waiting = other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
            Awaitility.await().during(Duration.ofMillis(500)).until(() -> holder.extend(TTL));
            assertThat(other.tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
            assertThat(queued("seat")).isZero();
            migration.moveKeys(1);
            migration.finish();
        }
        assertThat(holder.extend(TTL)).isTrue();
        awaitQueued("seat", 1);
        assertThat(waiting).isNotDone();
        assertThat(holder.release()).isTrue();
        Lease next = acquired(waiting.get(10, TimeUnit.SECONDS));
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        assertThat(next.release()).isTrue();
    }

    private void take(DistributedLock one) {
        while (!stop.get()) {
            Lease lease = acquired(one.acquire("seat", TTL, WAIT));
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            fences.add(lease.fencingToken());
            assertThat(lease.extend(TTL)).as("extended after %s turns", turns).isTrue();
            inside.decrementAndGet();
            assertThat(lease.release())
                    .as("released after %s turns, %s left", turns, lease.fencingToken())
                    .isTrue();
            turns.incrementAndGet();
        }
    }

    private void awaitTurns(int number) {
        Awaitility.await().until(() -> turns.get() >= number || all.stream().anyMatch(Future::isDone));
    }
}
