package io.github.redispatterns.core;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Runs tasks in the one thread that waits in {@link #runUntilDone}; refuses them once that thread has left. */
final class CallerRunsExecutor implements Executor {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean left;

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            if (left) {
                throw new CallerGoneException();
            }
            tasks.add(task);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Runs what comes until the future is done. */
    void runUntilDone(CompletableFuture<?> future) throws InterruptedException {
        if (!future.isDone()) {
            future.whenComplete((value, failure) -> wake());
        }
        for (Runnable task = next(future); task != null; task = next(future)) {
            task.run();
        }
    }

    /**
     * Refuses every later task. A task already handed over still runs, so that nobody waits for it in vain; it is the
     * caller's last act here.
     */
    void leave() {
        lock.lock();
        try {
            left = true;
        } finally {
            lock.unlock();
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Runnable next(CompletableFuture<?> future) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (tasks.isEmpty() && !future.isDone()) {
                changed.await();
            }
            return tasks.poll();
        } finally {
            lock.unlock();
        }
    }
}
