package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Sync;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gathers those flights of one bulk read that have to load past the cache, and takes one turn and makes one call of the
 * bulk loader for all of them. The turn is asked for once every flight has decided what it does; whoever comes while it is
 * waited for joins in, and whoever comes later has the next one.
 */
final class BulkTurns<V> {

    private final CacheParts<V> parts;
    private final BulkLoading<V> loading;
    private final Executor caller;
    private final Nesting.@Nullable Level level;
    private final Nesting.Level inner;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean open;
    private @Nullable Turn<V> next;

    /**
     * Begins to gather.
     *
     * @param level what the bulk read was called inside of
     * @param inner what the loader is called inside of
     */
    BulkTurns(
            CacheParts<V> parts,
            BulkLoading<V> loading,
            Executor caller,
            Nesting.@Nullable Level level,
            Nesting.Level inner) {
        this.parts = parts;
        this.loading = loading;
        this.caller = caller;
        this.level = level;
        this.inner = inner;
    }

    /**
     * A flight has to load past the cache.
     *
     * @param reason why
     * @param until when it has waited long enough, a monotonic time, ns
     * @param load loads its key by the loader that it is given, once it is its turn
     */
    CompletionStage<Answer<V>> join(
            String key, Throwable reason, long until, Function<Loading<V>, CompletionStage<Answer<V>>> load) {
        Flying<V> one = new Flying<>(load, new CompletableFuture<>());
        Turn<V> joined;
        boolean ask;
        lock.lock();
        try {
            ask = open && next == null;
            joined = next != null ? next : new Turn<>(reason, until);
            joined.all.put(key, one);
            next = joined;
        } finally {
            lock.unlock();
        }
        if (ask) {
            ask(joined);
        }
        return one.answer;
    }

    /** Every flight has decided. */
    void open() {
        Turn<V> first;
        lock.lock();
        try {
            open = true;
            first = next;
        } finally {
            lock.unlock();
        }
        if (first != null) {
            ask(first);
        }
    }

    private void ask(Turn<V> turn) {
        parts.admission().run(turn.reason, level, turn.until, () -> begin(turn)).whenComplete((done, failure) -> {
            if (failure != null) { // it was not granted, or all have failed already
                close(turn);
                turn.all.values().forEach(one -> one.answer.completeExceptionally(Sync.unwrap(failure)));
            }
        });
    }

    private CompletionStage<@Nullable Void> begin(Turn<V> turn) {
        close(turn);
        BulkLoad<V> together = new BulkLoad<>(loading, caller, parts.nesting(), inner, turn.all.keySet(), () -> {});
        turn.all.forEach((key, one) -> {
            one.begin(together::load);
            together.decided(key);
        });
        return CompletableFuture.allOf(
                turn.all.values().stream().map(Flying::answer).toArray(CompletableFuture<?>[]::new));
    }

    /** Whoever comes now has the next one. */
    private void close(Turn<V> turn) {
        lock.lock();
        try {
            if (next == turn) {
                next = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Told apart by identity. What the first of its flights has said holds for all: they have the same caller. */
    private static final class Turn<V> {

        final Throwable reason;
        final long until;
        final Map<String, Flying<V>> all = new LinkedHashMap<>();

        Turn(Throwable reason, long until) {
            this.reason = reason;
            this.until = until;
        }
    }

    private record Flying<V>(
            Function<Loading<V>, CompletionStage<Answer<V>>> load, CompletableFuture<Answer<V>> answer) {

        void begin(Loading<V> loading) {
            load.apply(loading).whenComplete((loaded, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(Sync.unwrap(failure));
                } else {
                    answer.complete(loaded);
                }
            });
        }
    }
}
