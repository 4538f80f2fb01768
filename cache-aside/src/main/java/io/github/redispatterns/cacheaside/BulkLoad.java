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
 * load has failed, makes a call of its own.
 */
final class BulkLoad<V> {

    private final BulkLoading<V> loading;
    private final Executor caller;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> undecided;
    private final Map<String, CompletableFuture<@Nullable V>> gathered = new HashMap<>();

    /**
     * Begins to gather.
     *
     * @param missing the keys whose flights have yet to decide
     */
    BulkLoad(BulkLoading<V> loading, Executor caller, Collection<String> missing) {
        this.loading = loading;
        this.caller = caller;
        this.undecided = new HashSet<>(missing);
    }

    /** A flight's loader. */
    CompletionStage<@Nullable V> load(String key, LoadContext context, Executor where) {
        CompletableFuture<@Nullable V> value = new CompletableFuture<>();
        lock.lock();
        try {
            if (!undecided.isEmpty()) {
                gathered.put(key, value);
                return value;
            }
        } finally {
            lock.unlock();
        }
        begin(Map.of(key, value));
        return value;
    }

    /** Is told of each flight that it has decided, once or more often. */
    void decided(String key) {
        Map<String, CompletableFuture<@Nullable V>> all;
        lock.lock();
        try {
            if (!undecided.remove(key) || !undecided.isEmpty() || gathered.isEmpty()) {
                return;
            }
            all = Map.copyOf(gathered);
        } finally {
            lock.unlock();
        }
        begin(all);
    }

    private void begin(Map<String, CompletableFuture<@Nullable V>> all) {
        loading.safely(all.keySet(), caller)
                .whenComplete((values, failure) -> all.forEach((key, value) -> {
                    if (failure != null) {
                        value.completeExceptionally(Sync.unwrap(failure));
                    } else {
                        value.complete(values.get(key));
                    }
                }));
    }
}
