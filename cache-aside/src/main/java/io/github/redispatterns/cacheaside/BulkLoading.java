package io.github.redispatterns.cacheaside;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A bulk loader of either kind, as everything inside the cache calls it. */
@FunctionalInterface
interface BulkLoading<V> {

    /**
     * Begins to load.
     *
     * @param where runs the loader if it is one that blocks
     */
    CompletionStage<? extends Map<String, ? extends V>> begin(
            Set<String> keys, BulkLoadContext context, Executor where);

    /** Begins to load, but never throws, nor brings null: the stage fails in place of that. */
    default CompletionStage<Map<String, ? extends V>> safely(
            Set<String> keys, BulkLoadContext context, Executor where) {
        try {
            CompletionStage<? extends Map<String, ? extends V>> loading = begin(keys, context, where);
            return loading != null
                    ? loading.thenApply(BulkLoading::notNull)
                    : CompletableFuture.failedFuture(
                            new IllegalStateException("The bulk loader returned null in place of a stage"));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @SuppressWarnings("overloads") // nobody passes a lambda here
    static <V> BulkLoading<V> of(AsyncBulkLoader<? extends V> loader) {
        return (keys, context, where) -> loader.load(keys, context);
    }

    static <V> BulkLoading<V> of(BulkLoader<? extends V> loader) {
        return (keys, context, where) -> BlockingCalls.loadAll(loader, keys, context, where);
    }

    private static <V> Map<String, ? extends V> notNull(@Nullable Map<String, ? extends V> values) {
        if (values == null) {
            throw new IllegalStateException("The bulk loader returned null in place of a map");
        }
        return values;
    }
}
