package io.github.redispatterns.locks;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * When a lease ends, and when to look again. Shared by all locks of the process; its threads end when they have nothing
 * to do. What callers have hung on a stage runs on threads of its own, so that a caller who blocks there delays no timer;
 * and what ends a wait runs on others than those that may be blocked, so that the end of a wait waits for nobody.
 */
final class Timers {

    private static final ScheduledThreadPoolExecutor CLOCK = clock();
    private static final int MAX_THREADS = 256;
    private static final ExecutorService CALLERS = pool("callbacks");
    private static final ExecutorService ANSWERS = pool("answers");

    private Timers() {}

    /** Runs a task that does not block. */
    static Future<?> after(long nanos, Runnable task) {
        return CLOCK.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /** Runs what may block. */
    static void call(Runnable task) {
        CALLERS.execute(task);
    }

    /** Completes what a caller waits for; callers are told not to block there. */
    static void answer(Runnable task) {
        ANSWERS.execute(task);
    }

    private static ExecutorService pool(String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                MAX_THREADS, MAX_THREADS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> thread(name, task));
        pool.allowCoreThreadTimeOut(true);
        return pool;
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
