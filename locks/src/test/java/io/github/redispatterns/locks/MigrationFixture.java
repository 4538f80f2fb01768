package io.github.redispatterns.locks;

import io.github.redispatterns.testkit.SlotMigration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** Threads that take turns while a slot moves to and fro. */
abstract class MigrationFixture extends LocksFixture {

    private static final int MOVES = 4;

    final AtomicInteger turns = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<Future<?>> all = new ArrayList<>();

    final void underLoad(Runnable turn) {
        all.add(threads.submit(() -> {
            while (!stop.get()) {
                turn.run();
                turns.incrementAndGet();
            }
        }));
    }

    /** Until it has moved for the last time, and all threads have ended well. */
    final void whileTheSlotMoves(int slot) throws Exception {
        for (int move = 0; move < MOVES; move++) {
            int before = turns.get();
            try (SlotMigration migration = deployment.migrateSlot(slot)) {
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
    }

    private void awaitTurns(int number) {
        Awaitility.await().until(() -> turns.get() >= number || all.stream().anyMatch(Future::isDone));
    }
}
