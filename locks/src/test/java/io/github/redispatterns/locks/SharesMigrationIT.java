package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A slot moves to and fro under readers, writers and those who want permits. Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
class SharesMigrationIT extends MigrationFixture {

    private static final int PERMITS = 2;

    private final AtomicInteger readers = new AtomicInteger();
    private final AtomicInteger writers = new AtomicInteger();
    private final AtomicInteger users = new AtomicInteger();
    private final Collection<Long> fences = new ConcurrentLinkedQueue<>();

    /** No MOVED, ASK or TRYAGAIN reaches a caller, nobody is where it may not be, and the queues move along. */
    @Test
    void permitsAreHandedOnWhileTheirSlotMoves() throws Exception {
        for (int i = 0; i < 2; i++) {
            Redis redis = handle();
            DistributedReadWriteLock books = closing(DistributedReadWriteLock.create(redis, keys.child("books")));
            DistributedSemaphore seats = closing(DistributedSemaphore.create(redis, keys.child("seats"), PERMITS));
            underLoad(() -> take(books.readLock(), () -> enters(readers, writers, 2)));
            underLoad(() -> take(books.writeLock(), () -> enters(writers, readers, 1)));
            underLoad(() -> take(seats.lock, () -> enters(users, new AtomicInteger(), PERMITS)));
            underLoad(() -> take(seats.lock, () -> enters(users, new AtomicInteger(), PERMITS)));
        }
        whileTheSlotMoves(SlotHash.getSlot(keys.child("books").key("seat")));
        assertThat(fences).doesNotHaveDuplicates();
        for (String key :
                List.of(keys.child("books").key("seat"), keys.child("seats").key("seat"))) {
            Map<String, String> fields = deployment.masterOf(key).call(c -> c.hgetall(key));
            assertThat(fields)
                    .containsEntry("used", "0")
                    .allSatisfy((field, value) -> assertThat(field).doesNotStartWith(">"));
        }
    }

    private AtomicInteger enters(AtomicInteger mine, AtomicInteger others, int most) {
        assertThat(mine.incrementAndGet()).isLessThanOrEqualTo(most);
        assertThat(others).hasValue(0);
        return mine;
    }

    private void take(DistributedLock one, Supplier<AtomicInteger> enter) {
        Lease lease = acquired(one.acquire("seat", TTL, WAIT));
        AtomicInteger inside = enter.get();
        fences.add(lease.fencingToken());
        assertThat(lease.extend(TTL)).isTrue();
        inside.decrementAndGet();
        assertThat(lease.release()).isTrue();
    }
}
