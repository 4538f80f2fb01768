package io.github.redispatterns.locks;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * When a lease ends, and when to look again. Shared by all locks of the process; its threads end when they have nothing
 * to do. What callers have hung on a stage runs on threads of its own, so that a caller who blocks there delays no timer
 * and no other caller.
 */
final class Timers {

    private static final ScheduledThreadPoolExecutor CLOCK = clock();
    private static final int MAX_CALLERS = 256;
    private static final ExecutorService CALLERS = callers();

    private Timers() {}

    /** Runs a task that does not block. */
    static Future<?> after(long nanos, Runnable task) {
        return CLOCK.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /** Runs what may block. */
    static void call(Runnable task) {
        CALLERS.execute(task);
    }

    private static ExecutorService callers() {
        ThreadPoolExecutor callers = new ThreadPoolExecutor(
                MAX_CALLERS,
                MAX_CALLERS,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> thread("callbacks", task));
        callers.allowCoreThreadTimeOut(true);
        return callers;
    }

    private static ScheduledThreadPoolExecutor clock() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, task -> thread("timers", task));
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(1, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
        return clock;
    }

    private static Thread thread(String name, Runnable task) {
        boolean inheritThreadLocals = false; // of whoever asks first
        Thread thread = new Thread(null, task, "redis-patterns-locks-" + name, 0, inheritThreadLocals);
        thread.setContextClassLoader(Timers.class.getClassLoader());
        thread.setDaemon(true);
        return thread;
    }
}
