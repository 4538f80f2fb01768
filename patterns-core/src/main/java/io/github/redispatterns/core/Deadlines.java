package io.github.redispatterns.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls at their deadline, within two ticks of 10 ms.
 *
 * <p>A timer per call costs more than all else that we do for it, and nearly every one is set only to be cancelled. Here
 * a call pays one compare-and-set: each tick takes the calls that have come since the last one, and keeps those that are
 * not done. All calls of a handle have the same timeout, so there is nothing to sort, and no wheel is needed (Varghese and
 * Lauck, "Hashed and Hierarchical Timing Wheels", 1987). After a second without calls the thread ends, until the next.
 */
final class Deadlines {

    private static final long TICK_MILLIS = 10;
    private static final int IDLE_TICKS = 100;
    /** Tasks begun by one tick to end calls: whoever blocks in a continuation stops one of them. */
    private static final int ENDING_TOGETHER = 16;

    private final ScheduledThreadPoolExecutor clock;
    /** The calls since the last tick, each linked to the one before it. */
    private final AtomicReference<@Nullable Call<?>> newest = new AtomicReference<>();
    /** Whether a tick will come. */
    private final AtomicBoolean ticking = new AtomicBoolean();
    /** Calls to be ended. They stay here until a task has taken them, whatever becomes of the tasks before it. */
    private final Queue<Call<?>> overdue = new ConcurrentLinkedQueue<>();
    /** Seen at an earlier tick and not done; touched by ticks alone, as is the count. */
    private final List<Call<?>> pending = new ArrayList<>();

    private int idleTicks;

    Deadlines() {
        clock = new ScheduledThreadPoolExecutor(1, task -> {
            boolean inheritThreadLocals = false; // of whoever makes the first call
            Thread thread = new Thread(null, task, "redis-patterns-deadlines", 0, inheritThreadLocals);
            thread.setContextClassLoader(Deadlines.class.getClassLoader());
            thread.setDaemon(true);
            return thread;
        });
        clock.setKeepAliveTime(TICK_MILLIS, TimeUnit.MILLISECONDS);
        clock.allowCoreThreadTimeOut(true);
    }

    /** Ends the call at its deadline if it is not done by then. */
    void watch(Call<?> call) {
        Call<?> last;
        do {
            last = newest.get();
            call.earlier = last;
        } while (!newest.compareAndSet(last, call));
        if (!ticking.get()) {
            startTicking();
        }
    }

    private void startTicking() {
        if (ticking.compareAndSet(false, true)) {
            boolean started = false;
            try {
                clock.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
                started = true;
            } finally {
                if (!started) { // no thread was to be had: the next call tries again
                    ticking.set(false);
                }
            }
        }
    }

    private void tick() {
        try {
            idleTicks = sweep() ? 0 : idleTicks + 1;
        } finally {
            if (idleTicks < IDLE_TICKS) {
                clock.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                ticking.set(false);
                if (newest.get() != null) { // came after the look and before the flag
                    startTicking();
                }
            }
        }
    }

    /** Returns whether there was anything to look at. */
    private boolean sweep() {
        long now = System.nanoTime();
        pending.removeIf(call -> isOver(call, now));
        Call<?> call = newest.getAndSet(null);
        boolean any = call != null || !pending.isEmpty() || !overdue.isEmpty();
        while (call != null) {
            if (!isOver(call, now)) {
                pending.add(call);
            }
            Call<?> before = call.earlier;
            call.earlier = null; // a caller may keep it, and must not keep the others with it
            call = before;
        }
        for (int i = 0; i < ENDING_TOGETHER && !overdue.isEmpty(); i++) {
            CompletableFuture.runAsync(this::endOverdue);
        }
        return any;
    }

    private boolean isOver(Call<?> call, long now) {
        if (call.isDone()) {
            return true;
        }
        return call.isOverdue(now) && overdue.add(call);
    }

    private void endOverdue() {
        for (Call<?> call = overdue.poll(); call != null; call = overdue.poll()) {
            call.giveUp();
        }
    }
}
