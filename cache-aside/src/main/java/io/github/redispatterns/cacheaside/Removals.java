package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Removal;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Removes keys from Redis, and if it cannot be reached tries again in the background until a bound, then reports. While a
 * removal is pending, this process reads its key past the cache.
 */
final class Removals implements AutoCloseable {

    /** How many keys may be pending; one more is reported as lost at once. */
    static final int MAX_PENDING = 100_000;

    private static final Logger LOG = System.getLogger(CacheAside.class.getName());
    private static final int AT_ONCE = 1_000;
    private static final long PAUSE_MILLIS = 100;

    private final CacheAsideOptions options;
    private final CacheStore store;
    private final RedisGuard guard;
    private final CacheMetrics metrics;
    private final ConcurrentMap<String, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicBoolean retrying = new AtomicBoolean();
    private volatile boolean closed;

    Removals(CacheAsideOptions options, CacheStore store, RedisGuard guard, CacheMetrics metrics) {
        this.options = options;
        this.store = store;
        this.guard = guard;
        this.metrics = metrics;
        metrics.gauge("removals.pending", pending, ConcurrentMap::size);
    }

    boolean isPending(String key) {
        return !pending.isEmpty() && pending.containsKey(key);
    }

    /** What is pending of the key now; a write that begins after this and succeeds has done it too. */
    @Nullable Pending of(String key) {
        return pending.isEmpty() ? null : pending.get(key);
    }

    void done(String key, @Nullable Pending before) {
        if (before != null && pending.remove(key, before)) {
            metrics.removal(Removal.DONE);
        }
    }

    /** Never fails because Redis cannot be reached; then the removal is pending. */
    CompletionStage<WriteOutcome> remove(String key) {
        Pending before = of(key);
        return guard.call(() -> store.invalidate(key))
                .exceptionallyCompose(failure -> Sync.unwrap(failure) instanceof UnknownOutcomeException
                        ? guard.call(() -> store.invalidate(key)) // at once, if only the connection was lost
                        : CompletableFuture.failedFuture(Sync.unwrap(failure)))
                .handle((removed, failure) -> {
                    if (failure == null) {
                        done(key, before);
                        return WriteOutcome.REMOVED;
                    }
                    if (!RedisGuard.isUnreachable(Sync.unwrap(failure))) {
                        throw new CompletionException(Sync.unwrap(failure));
                    }
                    return later(key);
                });
    }

    WriteOutcome later(String key) {
        if (closed || pending.size() >= MAX_PENDING) {
            lost(key);
            return WriteOutcome.PENDING;
        }
        pending.put(
                key, new Pending(System.nanoTime() + options.invalidationRetry().toNanos()));
        metrics.removal(Removal.PENDING);
        if (retrying.compareAndSet(false, true)) {
            pause();
        }
        return WriteOutcome.PENDING;
    }

    /** Reports what is still pending as lost. */
    @Override
    public void close() {
        closed = true;
        Map.copyOf(pending).forEach(this::giveUp);
    }

    private void pause() {
        long millis = ThreadLocalRandom.current().nextLong(PAUSE_MILLIS / 2, PAUSE_MILLIS);
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(this::retry);
    }

    private void retry() {
        CompletableFuture<?>[] tries = pending.entrySet().stream()
                .limit(AT_ONCE)
                .map(each -> retry(each.getKey(), each.getValue()).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(tries).whenComplete((done, failure) -> {
            retrying.set(false);
            if (!pending.isEmpty() && retrying.compareAndSet(false, true)) {
                pause();
            }
        });
    }

    /** Completes without failing. */
    private CompletionStage<@Nullable Void> retry(String key, Pending removal) {
        if (System.nanoTime() - removal.deadline >= 0) {
            giveUp(key, removal);
            return CompletableFuture.completedFuture(null);
        }
        return guard.call(() -> store.invalidate(key)).handle((removed, failure) -> {
            if (failure == null) {
                done(key, removal);
            } else if (!RedisGuard.isUnreachable(Sync.unwrap(failure))) {
                giveUp(key, removal);
            }
            return null;
        });
    }

    private void giveUp(String key, Pending removal) {
        if (pending.remove(key, removal)) {
            lost(key);
        }
    }

    private void lost(String key) {
        metrics.removal(Removal.LOST);
        try {
            options.onInvalidationLost().accept(key);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "A listener for lost invalidations failed", e);
        }
    }

    /** Told apart by identity: a later removal of the same key is another one. */
    static final class Pending {

        private final long deadline;

        private Pending(long deadline) {
            this.deadline = deadline;
        }
    }
}
