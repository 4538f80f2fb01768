package io.github.redispatterns.testkit;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** Remembers what was broken, so that healing costs nothing where nothing was. */
final class Faults {

    private final AtomicBoolean any = new AtomicBoolean();
    private final ConcurrentLinkedDeque<Runnable> undo = new ConcurrentLinkedDeque<>();

    void note() {
        any.set(true);
    }

    SlotMigration open(SlotMigration migration) {
        note();
        undo.push(migration::settle);
        return migration;
    }

    MemoryLimit open(MemoryLimit limit) {
        note();
        undo.push(limit::close);
        return limit;
    }

    void heal(Shape shape) {
        if (!any.get()) {
            return;
        }
        Stream.concat(shape.nodes().stream(), shape.sentinels().stream()).forEach(RedisNode::heal);
        // What fails is tried again by the next call.
        for (Runnable next = undo.peek(); next != null; next = undo.peek()) {
            next.run();
            undo.remove(next);
        }
        shape.awaitWhole();
        any.set(false);
    }
}
