package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Sync;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One process's single attempt to get one missing key: take the lease and load, or wait for whoever has it. All callers
 * of the process that miss the key meanwhile share its {@link #result()}.
 */
final class Flight<V> {

    private static final long MIN_POLL_MILLIS = 5;
    private static final long MAX_POLL_MILLIS = 40;

    private final String key;
    private final AsyncLoader<V> loader;
    private final CacheStore store;
    private final CacheFormat<V> format;
    private final CacheAsideOptions options;
    private final CacheMetrics metrics;
    private final byte[] lease = CacheRecord.newLease();
    private final long deadline;
    private final CompletableFuture<Outcome<V>> result = new CompletableFuture<>();
    private long pollMillis = MIN_POLL_MILLIS;

    Flight(
            String key,
            AsyncLoader<V> loader,
            CacheStore store,
            CacheFormat<V> format,
            CacheAsideOptions options,
            CacheMetrics metrics,
            long deadline) {
        this.key = key;
        this.loader = loader;
        this.store = store;
        this.format = format;
        this.options = options;
        this.metrics = metrics;
        this.deadline = deadline;
    }

    CompletableFuture<Outcome<V>> result() {
        return result;
    }

    /** Goes on from what was found at the key by a request sent at {@code asked}, a monotonic time in ns. */
    void goOn(Found<V> found, long asked) {
        if (found instanceof Found.Value<V> entry) {
            result.complete(new Outcome<>(entry.value(), asked, CacheMetrics.Source.WAITED));
        } else if (found instanceof Found.Missing<V> missing) {
            takeLease(missing.unreadable());
        } else {
            waitForOther();
        }
    }

    private void takeLease(String unreadable) {
        long asked = System.nanoTime();
        then(store.lease(key, lease, options.leaseTime(), unreadable), current -> {
            if (current == null) {
                load();
            } else {
                goOn(format.read(current), asked);
            }
        });
    }

    private void waitForOther() {
        long delay = ThreadLocalRandom.current().nextLong(pollMillis, 2 * pollMillis);
        if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delay) - deadline > 0) {
            result.completeExceptionally(new LoadTimeoutException(options.maxWait()));
            return;
        }
        pollMillis = Math.min(2 * pollMillis, MAX_POLL_MILLIS);
        CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS, Runnable::run)
                .execute(() -> {
                    long asked = System.nanoTime();
                    then(store.read(key), bytes -> goOn(format.read(bytes), asked));
                });
    }

    private void load() {
        long began = System.nanoTime();
        CompletionStage<? extends @Nullable V> loading;
        try {
            loading = loader.load(key);
        } catch (RuntimeException e) {
            loadFailed(e, began);
            return;
        }
        loading.whenComplete((value, failure) -> {
            if (failure != null) {
                loadFailed(Sync.unwrap(failure), began);
            } else if (value == null) {
                loadedNothing(began);
            } else {
                loaded(value, began);
            }
        });
    }

    private void loaded(V value, long began) {
        byte[] entry;
        try {
            entry = CacheRecord.entry(lease, format.encode(value));
        } catch (RuntimeException e) { // over the bound, or not writable
            loadFailed(e, began);
            return;
        }
        long asked = System.nanoTime();
        store.fill(key, lease, entry, Ttl.jittered(options)).whenComplete((stored, failure) -> {
            if (failure != null) { // the value is good all the same; what stands at the key is not known
                metrics.loaded(CacheMetrics.Load.NOT_STORED, began);
                result.complete(new Outcome<>(value, began, CacheMetrics.Source.LOADED));
            } else {
                metrics.loaded(stored ? CacheMetrics.Load.STORED : CacheMetrics.Load.DISCARDED, began);
                result.complete(new Outcome<>(value, stored ? asked : began, CacheMetrics.Source.LOADED));
            }
        });
    }

    private void loadedNothing(long began) {
        metrics.loaded(CacheMetrics.Load.ABSENT, began);
        long asked = System.nanoTime();
        store.release(key, lease).whenComplete((released, failure) -> {
            boolean current = failure == null && released;
            result.complete(new Outcome<>(null, current ? asked : began, CacheMetrics.Source.LOADED));
        });
    }

    private void loadFailed(Throwable failure, long began) {
        metrics.loaded(CacheMetrics.Load.FAILED, began);
        fail(failure);
    }

    /** Gives the lease back, in case it is ours, so that others need not wait until it expires. */
    private void fail(Throwable failure) {
        store.release(key, lease).whenComplete((released, releaseFailure) -> {
            if (releaseFailure != null) {
                metrics.releaseFailed();
            }
        });
        result.completeExceptionally(failure);
    }

    /** Whatever goes wrong on the way ends the flight; nobody is left waiting. */
    private <T extends @Nullable Object> void then(CompletionStage<T> stage, Consumer<T> next) {
        stage.whenComplete((value, failure) -> {
            if (failure != null) {
                fail(Sync.unwrap(failure));
                return;
            }
            try {
                next.accept(value);
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        });
    }
}
