package io.github.redispatterns.cacheaside;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads in which blocking loaders refresh entries; they come when there is work and go when there is none. */
final class RefreshThreads implements Executor, AutoCloseable {

    private static final int MAX_WAITING = 1_000;
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor pool;

    RefreshThreads(CacheAsideOptions options) {
        pool = new ThreadPoolExecutor(
                options.refreshThreads(),
                options.refreshThreads(),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING),
                task -> {
                    Thread thread = new Thread(task, "redis-patterns-refresh-" + options.name());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /** Throws {@link java.util.concurrent.RejectedExecutionException} if too many wait: then it is not refreshed. */
    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Lets what is under way come to its end. */
    @Override
    public void close() {
        pool.shutdown();
    }
}
