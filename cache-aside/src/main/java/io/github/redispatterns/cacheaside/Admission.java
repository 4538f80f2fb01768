package io.github.redispatterns.cacheaside;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a bounded number of loads past the cache at once; the others wait in line, first come, first served, without
 * holding a thread. So the source of truth meets no more of them than it was said to bear.
 */
final class Admission {

    private final Duration maxWait;
    private final @Nullable Bulkhead bulkhead;
    private final Queue<CompletableFuture<@Nullable Void>> line = new ConcurrentLinkedQueue<>();

    Admission(CacheAsideOptions options, CacheMetrics metrics) {
        this.maxWait = options.maxWait();
        this.bulkhead = options.maxBypassLoads() == 0 ? null : bulkhead(options);
        metrics.gauge("bypass.waiting", line, Queue::size);
    }

    /**
     * Runs a load once there is room for it; fails with {@link LoadTimeoutException} if there is none for too long.
     *
     * @param reason why it goes past the cache; that is its failure if none may
     */
    <T extends @Nullable Object> CompletionStage<T> run(Throwable reason, Supplier<? extends CompletionStage<T>> load) {
        Bulkhead room = bulkhead;
        if (room == null) {
            return CompletableFuture.failedFuture(reason);
        }
        CompletableFuture<@Nullable Void> turn = new CompletableFuture<>();
        line.add(turn);
        admit(room);
        if (turn.isDone()) {
            return begin(room, load);
        }
        // Async, for both who admit and the JVM's timeouts: neither may be held up by what a loader does.
        return turn.orTimeout(maxWait.toNanos(), TimeUnit.NANOSECONDS)
                .handleAsync((admitted, failure) -> failure == null
                        ? begin(room, load)
                        : CompletableFuture.<T>failedFuture(new LoadTimeoutException(maxWait)))
                .thenCompose(loading -> loading);
    }

    private <T extends @Nullable Object> CompletionStage<T> begin(
            Bulkhead room, Supplier<? extends CompletionStage<T>> load) {
        CompletionStage<T> loading;
        try {
            loading = load.get();
        } catch (RuntimeException | Error e) {
            loading = CompletableFuture.failedFuture(new CompletionException(e));
        }
        return loading.whenComplete((value, failure) -> {
            room.releasePermission();
            admit(room);
        });
    }

    /** Lets in as many as there is room for. Those who have given up stay in line until it is their turn. */
    private void admit(Bulkhead room) {
        while (!line.isEmpty() && room.tryAcquirePermission()) {
            CompletableFuture<@Nullable Void> next = line.poll();
            while (next != null && !next.complete(null)) {
                next = line.poll();
            }
            if (next == null) {
                room.releasePermission(); // and look again: somebody may have come since
            }
        }
    }

    private static Bulkhead bulkhead(CacheAsideOptions options) {
        return Bulkhead.of(
                options.name(),
                BulkheadConfig.custom()
                        .maxConcurrentCalls(options.maxBypassLoads())
                        .maxWaitDuration(Duration.ZERO) // waiting is done here, without a thread
                        .build());
    }
}
