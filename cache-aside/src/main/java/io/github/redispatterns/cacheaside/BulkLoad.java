package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Sync;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the loads of those flights of one bulk read that have got their leases, and makes one call of the bulk loader
 * of them, once every flight has decided whether it loads. A flight that comes to load only later, because another's
 * load has failed, makes a call of its own. Those that have to load past the cache are gathered by {@link BulkTurns}.
 */
final class BulkLoad<V> {

    private final BulkLoading<V> loading;
    private final Executor caller;
    private final Nesting nesting;
    private final Nesting.@Nullable Level outer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> undecided;
    private final Map<String, Waiting<V>> gathered = new HashMap<>();
    private final Runnable onAllDecided;

    /**
     * Begins to gather.
     *
     * @param outer what the loader is called inside of
     * @param missing the keys whose flights have yet to decide
     * @param onAllDecided called once they have
     */
    BulkLoad(
            BulkLoading<V> loading,
            Executor caller,
            Nesting nesting,
            Nesting.@Nullable Level outer,
            Collection<String> missing,
            Runnable onAllDecided) {
        this.loading = loading;
        this.caller = caller;
        this.nesting = nesting;
        this.outer = outer;
        this.undecided = new HashSet<>(missing);
        this.onAllDecided = onAllDecided;
    }

    /** A flight's loader. */
    CompletionStage<@Nullable V> load(String key, LoadContext context, Executor where) {
        Waiting<V> one = new Waiting<>(new CompletableFuture<>(), context, Nesting.Level.isPast(nesting.here()));
        lock.lock();
        try {
            if (!undecided.isEmpty()) {
                gathered.put(key, one);
                return one.value;
            }
        } finally {
            lock.unlock();
        }
        begin(Map.of(key, one));
        return one.value;
    }

    /** Is told of each flight that it has decided, once or more often. */
    void decided(String key) {
        Map<String, Waiting<V>> all;
        lock.lock();
        try {
            if (!undecided.remove(key) || !undecided.isEmpty()) {
                return;
            }
            all = Map.copyOf(gathered);
        } finally {
            lock.unlock();
        }
        if (!all.isEmpty()) {
            begin(all);
        }
        onAllDecided.run();
    }

    private void begin(Map<String, Waiting<V>> all) {
        boolean past = all.values().stream().anyMatch(Waiting::past);
        Nesting.Level level = new Nesting.Level(all.keySet(), past, outer);
        Executor where = nesting.inside(
                level,
                task -> caller.execute(() -> {
                    all.values().forEach(one -> one.context.begins());
                    task.run();
                }));
        Map<String, LoadContext> contexts = new HashMap<>();
        all.forEach((key, one) -> contexts.put(key, one.context));
        nesting.inside(level, () -> loading.safely(all.keySet(), new BulkLoadContext(contexts), where))
                .whenComplete((values, failure) -> all.forEach((key, one) -> {
                    if (failure != null) {
                        one.value.completeExceptionally(Sync.unwrap(failure));
                    } else {
                        one.take(key, values);
                    }
                }));
    }

    /**
     * A flight that waits for its value.
     *
     * @param past whether it has its turn to go past the cache
     */
    private record Waiting<V>(CompletableFuture<@Nullable V> value, LoadContext context, boolean past) {

        /** The map is the caller's own, and may do anything. */
        void take(String key, Map<String, ? extends V> values) {
            try {
                value.complete(values.get(key));
            } catch (RuntimeException | Error e) {
                value.completeExceptionally(e);
            }
        }
    }
}
