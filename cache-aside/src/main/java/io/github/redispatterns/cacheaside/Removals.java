package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Removal;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Removes keys from Redis, and if it cannot be reached or cannot write tries again in the background until a bound, then
 * reports. While a removal is pending, this process reads its key past the cache.
 */
final class Removals implements AutoCloseable {

    /** How many keys may be pending; one more is reported as lost at once. */
    static final int MAX_PENDING = 100_000;

    private static final Logger LOG = System.getLogger(CacheAside.class.getName());
    private static final int AT_ONCE = 1_000;
    private static final long PAUSE_MILLIS = 100;

    private final CacheAsideOptions options;
    private final CacheStore store;
    private final RedisGuards guards;
    private final CacheMetrics metrics;
    private final ConcurrentMap<String, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicBoolean retrying = new AtomicBoolean();
    /** Goes on where it has stopped, so that each has its turn. Belongs to whoever is retrying. */
    private Iterator<String> round = Collections.emptyIterator();

    private volatile boolean closed;

    Removals(CacheAsideOptions options, CacheStore store, RedisGuards guards, CacheMetrics metrics) {
        this.options = options;
        this.store = store;
        this.guards = guards;
        this.metrics = metrics;
        metrics.gauge("removals.pending", pending, ConcurrentMap::size);
    }

    Set<String> pending(Collection<String> keys) {
        return pending.isEmpty()
                ? Set.of()
                : keys.stream().filter(pending::containsKey).collect(Collectors.toSet());
    }

    boolean isPending(String key) {
        return !pending.isEmpty() && pending.containsKey(key);
    }

    /** What is pending of the key now; a write that begins after this and succeeds has done it too. */
    @Nullable Pending of(String key) {
        return pending.isEmpty() ? null : pending.get(key);
    }

    void done(String key, @Nullable Pending before) {
        if (before == null) {
            return;
        }
        if (pending.remove(key, before)) {
            metrics.removal(Removal.DONE);
        } else { // what is pending now has come since, and has its own time
            pending.computeIfPresent(key, (same, later) -> later.first());
        }
    }

    /** Why a key is not asked for while its removal is pending. */
    static NotExecutedException yetToBeDone() {
        return new NotExecutedException("An invalidation of this key has yet to reach Redis", null);
    }

    /** Never fails because Redis cannot be reached, or cannot write; then the removal is pending. */
    CompletionStage<WriteOutcome> remove(String key) {
        Pending before = of(key);
        return guards.of(key)
                .write(() -> store.invalidate(key))
                .exceptionallyCompose(failure -> Sync.unwrap(failure) instanceof UnknownOutcomeException
                        ? guards.of(key).write(() -> store.invalidate(key)) // at once, if only the connection was lost
                        : CompletableFuture.failedFuture(Sync.unwrap(failure)))
                .handle((removed, failure) -> {
                    if (failure == null) {
                        done(key, before);
                        return WriteOutcome.REMOVED;
                    }
                    if (!mayBeDoneLater(Sync.unwrap(failure))) {
                        throw new CompletionException(Sync.unwrap(failure));
                    }
                    return later(key);
                });
    }

    /** Redis does not answer, or says that it cannot write now. */
    private static boolean mayBeDoneLater(Throwable failure) {
        return RedisGuard.isUnreachable(failure) || RedisGuard.isFull(failure);
    }

    WriteOutcome later(String key) {
        long deadline = System.nanoTime() + options.invalidationRetry().toNanos();
        Pending mine = closed || pending.size() >= MAX_PENDING ? null : new Pending(deadline, deadline);
        // The bound is the first one's; else a key that is written all the time would be tried for ever, and nobody
        // told.
        Pending now = pending.compute(
                key, (same, earlier) -> earlier == null ? mine : new Pending(earlier.deadline, deadline));
        if (now == null || now == mine) {
            metrics.removal(Removal.PENDING);
        }
        if (now == null) {
            lost(key);
            return WriteOutcome.PENDING;
        }
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
        List<CompletableFuture<?>> tries = new ArrayList<>();
        try {
            if (!round.hasNext()) {
                round = pending.keySet().iterator();
            }
            while (round.hasNext() && tries.size() < AT_ONCE) {
                String key = round.next();
                Pending removal = pending.get(key);
                if (removal != null) {
                    tries.add(retry(key, removal).toCompletableFuture());
                }
            }
        } finally {
            CompletableFuture.allOf(tries.toArray(CompletableFuture<?>[]::new)).whenComplete((done, failure) -> {
                retrying.set(false);
                if (!pending.isEmpty() && retrying.compareAndSet(false, true)) {
                    pause();
                }
            });
        }
    }

    /** Completes without failing. */
    private CompletionStage<@Nullable Void> retry(String key, Pending removal) {
        if (System.nanoTime() - removal.deadline >= 0) {
            giveUp(key, removal);
            return CompletableFuture.completedFuture(null);
        }
        return guards.of(key).write(() -> store.invalidate(key)).handle((removed, failure) -> {
            if (failure == null) {
                done(key, removal);
            } else if (!mayBeDoneLater(Sync.unwrap(failure))) {
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
        } catch (RuntimeException | Error e) { // must not keep the other removals from being done or told
            LOG.log(Level.WARNING, "A listener for lost invalidations failed", e);
        }
    }

    /** Told apart by identity: a later removal of the same key is another one. */
    static final class Pending {

        /** When it is given up, a monotonic time, ns: that of the first of those that are pending one after the other. */
        private volatile long deadline;

        /** When it would be if it were the first. */
        private final long own;

        private Pending(long deadline, long own) {
            this.deadline = deadline;
            this.own = own;
        }

        private Pending first() {
            deadline = own;
            return this;
        }
    }
}
