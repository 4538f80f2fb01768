package io.github.redispatterns.ratelimit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * When to ask again. Shared by all limiters of the process; its thread ends when it has nothing to do, and only hands on
 * what is due: a caller who blocks where his answer reaches him would stop the alarm that he waits for.
 */
final class Timers {

    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    /** The common pool; on a machine that has too small a one, a thread for each task. */
    private static final Executor POOL = new CompletableFuture<>().defaultExecutor();

    private Timers() {}

    /** Runs a task in the common pool, where it may complete what a caller waits for. */
    static Future<?> after(long nanos, Runnable task) {
        return CLOCK.schedule(() -> POOL.execute(task), nanos, TimeUnit.NANOSECONDS);
    }

    private static ScheduledThreadPoolExecutor clock() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, Timers::thread);
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(1, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
        return clock;
    }

    private static Thread thread(Runnable task) {
        boolean inheritThreadLocals = false; // of whoever asks first
        Thread thread = new Thread(null, task, "redis-patterns-ratelimit-timers", 0, inheritThreadLocals);
        thread.setContextClassLoader(Timers.class.getClassLoader());
        thread.setDaemon(true);
        return thread;
    }
}
