package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Begins to read several values from the source of truth at once. It is called on an I/O thread, so it must not block.
 *
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface AsyncBulkLoader<V> {

    /**
     * Begins to load values.
     *
     * @param keys the keys that were not in the cache and that this caller has the lease of, or those that Redis cannot be
     *     asked for now; at least one
     * @return completes with the values by key; a key that is left out has none, others than the asked ones are ignored;
     *     {@link CacheAsideOptions} say how long each lives
     */
    CompletionStage<? extends Map<String, ? extends V>> load(Set<String> keys);

    /**
     * Begins to load values, and may say how each is to be cached. This is what the cache calls.
     *
     * @param keys as for {@link #load(Set)}
     * @param context takes what there is to say, until the stage completes
     * @return as {@link #load(Set)} does
     */
    default CompletionStage<? extends Map<String, ? extends V>> load(Set<String> keys, BulkLoadContext context) {
        return load(keys);
    }

    /**
     * A loader that says how its answers are to be cached.
     *
     * @param loader the loader, as a lambda of two parameters
     * @param <V> the type of the values
     * @return the same, to be handed to {@link CacheAside#getAllAsync}
     */
    static <V> AsyncBulkLoader<V> withContext(WithContext<V> loader) {
        return Check.notNull("loader", loader);
    }

    /**
     * A loader that uses the context.
     *
     * @param <V> the type of the values
     */
    @FunctionalInterface
    interface WithContext<V> extends AsyncBulkLoader<V> {

        @Override
        CompletionStage<? extends Map<String, ? extends V>> load(Set<String> keys, BulkLoadContext context);

        @Override
        default CompletionStage<? extends Map<String, ? extends V>> load(Set<String> keys) {
            return load(keys, BulkLoadContext.unheard(keys));
        }
    }
}
