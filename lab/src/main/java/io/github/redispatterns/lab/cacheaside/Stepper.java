package io.github.redispatterns.lab.cacheaside;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A task that goes on only when it is told to, up to its next pause; so its order among others is chosen, not met. */
final class Stepper {

    /** What is stepped through. */
    interface Task {
        void run(Pause pause) throws Exception;
    }

    /** Where a task waits until it is told to go on. */
    interface Pause {
        void here() throws InterruptedException;
    }

    private static final int STUCK_SECONDS = 60;

    private final Semaphore goOn = new Semaphore(0);
    private final Semaphore stopped = new Semaphore(0);
    private final Future<?> task;
    private volatile boolean ended;

    /** The task has not begun when this returns: it begins with the first step. */
    Stepper(ExecutorService thread, Task task) {
        this.task = thread.submit(() -> {
            try {
                goOn.acquire();
                task.run(() -> {
                    stopped.release();
                    goOn.acquire();
                });
                return null;
            } finally {
                ended = true;
                stopped.release(); // whatever the outcome: get() below tells it
            }
        });
    }

    /** Lets the task run up to its next pause or its end. No effect if it has ended. */
    void step() throws InterruptedException, ExecutionException {
        if (ended) {
            task.get();
            return;
        }
        goOn.release();
        if (!stopped.tryAcquire(STUCK_SECONDS, TimeUnit.SECONDS)) {
            task.cancel(true);
            throw new IllegalStateException("A step did not end within " + STUCK_SECONDS + " s");
        }
    }

    /** Lets the task run to its end, and fails as it failed. */
    void finish() throws InterruptedException, ExecutionException {
        goOn.release(Integer.MAX_VALUE / 2);
        task.get();
    }
}
