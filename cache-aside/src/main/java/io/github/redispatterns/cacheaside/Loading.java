package io.github.redispatterns.cacheaside;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A loader of either kind, as everything inside the cache calls it. */
@FunctionalInterface
interface Loading<V> {

    /**
     * Begins to load.
     *
     * @param where runs the loader if it is one that blocks
     */
    CompletionStage<? extends @Nullable V> begin(String key, LoadContext context, Executor where);

    @SuppressWarnings("overloads") // nobody passes a lambda here
    static <V> Loading<V> of(AsyncLoader<? extends V> loader) {
        return (key, context, where) -> loader.load(key, context);
    }

    static <V> Loading<V> of(Loader<? extends V> loader) {
        return (key, context, where) -> BlockingCalls.load(loader, key, context, where);
    }
}
