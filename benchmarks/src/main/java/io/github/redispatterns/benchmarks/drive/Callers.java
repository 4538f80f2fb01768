package io.github.redispatterns.benchmarks.drive;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that call. A caller is the same thread in every round: locks know their owners by it. */
final class Callers implements AutoCloseable {

    /** What one caller does. */
    @FunctionalInterface
    interface Part<T> {
        T of(int caller) throws Exception;
    }

    private final List<ExecutorService> threads = new ArrayList<>();

    Callers(int count) {
        for (int i = 0; i < count; i++) {
            threads.add(Executors.newSingleThreadExecutor());
        }
    }

    int size() {
        return threads.size();
    }

    /** Has each caller do its part. */
    <T> List<Future<T>> each(Part<T> part) {
        List<Future<T>> parts = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            int caller = i;
            parts.add(threads.get(i).submit(() -> part.of(caller)));
        }
        return parts;
    }

    static <T> T get(Future<T> part) throws Exception {
        try {
            return part.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdownNow);
        for (ExecutorService thread : threads) {
            try {
                thread.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
