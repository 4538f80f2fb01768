package io.github.redispatterns.cacheaside;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.Iterator;
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
     * Runs a load once there is room for it; fails with {@link LoadTimeoutException} if there is none in time.
     *
     * @param reason why it goes past the cache; that is its failure if none may
     * @param level what it was called inside of: a load that has its turn already keeps it for those that it needs, since
     *     with all turns taken by such loads none would ever end
     * @param until when its caller has waited long enough, for others' loads too, a monotonic time, ns
     */
    <T extends @Nullable Object> CompletionStage<T> run(
            Throwable reason, Nesting.@Nullable Level level, long until, Supplier<? extends CompletionStage<T>> load) {
        Bulkhead room = bulkhead;
        if (room == null) {
            return CompletableFuture.failedFuture(reason);
        }
        if (Nesting.Level.isPast(level)) {
            return load.get();
        }
        CompletableFuture<@Nullable Void> turn = new CompletableFuture<>();
        line.add(turn);
        admit(room);
        if (turn.isDone()) {
            return begin(room, load);
        }
        // Async, for both who admit and the JVM's timeouts: neither may be held up by what a loader does.
        return turn.orTimeout(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS)
                .handleAsync((admitted, failure) -> failure == null ? begin(room, load) : this.<T>leave())
                .thenCompose(loading -> loading);
    }

    /** Those who have waited too long are those who came first. */
    private <T extends @Nullable Object> CompletionStage<T> leave() {
        Iterator<CompletableFuture<@Nullable Void>> first = line.iterator();
        while (first.hasNext() && first.next().isDone()) {
            first.remove();
        }
        return CompletableFuture.failedFuture(new LoadTimeoutException(maxWait));
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

    /** Lets in as many as there is room for. Those who are about to leave it are passed over. */
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
