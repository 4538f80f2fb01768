package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.SlotMigration;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A slot moves to and fro under load. Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
class FencedMigrationIT extends FencedBench {

    private static final int MOVES = 4;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong token = new AtomicLong(1L << 53);

    /** No MOVED, ASK or TRYAGAIN reaches a caller, and the fence moves with what it guards. */
    @Test
    void writesGoOnAndStayFencedWhileTheirSlotMoves() throws Exception {
        CompletableFuture<Void> writing = CompletableFuture.runAsync(this::write);
        for (int move = 0; move < MOVES; move++) {
            long before = token.get();
            try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(keys.key("k")))) {
                Awaitility.await().until(() -> writing.isDone() || token.get() > before + 50);
                migration.moveKeys(1);
                Awaitility.await().until(() -> writing.isDone() || token.get() > before + 100);
                migration.finish();
            }
        }
        stop.set(true);
        writing.get(20, TimeUnit.SECONDS);
    }

    private void write() {
        while (!stop.get()) {
            long mine = token.incrementAndGet();
            FencedWrite stale = new FencedWrite.Stale(mine);
            Map<String, String> fields = Map.of("a", "of " + mine);
            store.delete("k", mine).orElseThrow();
            assertThat(store.set("k", mine - 1, "late")).isEqualTo(stale);
            assertThat(store.getFields("k")).isEmpty();
            store.set("k", mine, "of " + mine).orElseThrow();
            store.setFields("k", mine, fields).orElseThrow();
            store.append("k", mine, 0, fields).orElseThrow();
            assertThat(store.set("k", mine - 1, "late")).isEqualTo(stale);
            assertThat(store.delete("k", mine - 1)).isEqualTo(stale);
            assertThat(store.append("k", mine - 1, fields)).isEqualTo(stale);
            assertThat(store.get("k")).isEqualTo("of " + mine);
            assertThat(store.getFields("k")).isEqualTo(fields);
        }
    }
}
