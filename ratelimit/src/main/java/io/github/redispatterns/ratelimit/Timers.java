package io.github.redispatterns.ratelimit;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** When to ask again. Shared by all limiters of the process; its thread ends when it has nothing to do. */
final class Timers {

    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    private Timers() {}

    /** Runs a task that does not block. */
    static Future<?> after(long nanos, Runnable task) {
        return CLOCK.schedule(task, nanos, TimeUnit.NANOSECONDS);
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
