package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.util.Map;
import java.util.Set;

/**
 * Reads several values from the source of truth at once. It runs in the thread that called {@link CacheAside#getAll},
 * except for a refresh in the background, which runs in a thread of the cache. As for a {@link Loader}, the keys that are
 * being loaded must not be read from the same cache meanwhile.
 *
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface BulkLoader<V> {

    /**
     * Loads values.
     *
     * @param keys the keys that were not in the cache and that this caller has the lease of, or those that Redis cannot be
     *     asked for now; at least one
     * @return the values by key; a key that is left out has none, others than the asked ones are ignored;
     *     {@link CacheAsideOptions} say how long each lives
     * @throws Exception whatever goes wrong; an unchecked exception reaches the caller as it is, a checked one, and a
     *     {@link java.util.concurrent.CompletionException}, inside a {@link LoadFailedException}
     */
    Map<String, ? extends V> load(Set<String> keys) throws Exception;

    /**
     * Loads values, and may say how each is to be cached. This is what the cache calls.
     *
     * @param keys as for {@link #load(Set)}
     * @param context takes what there is to say
     * @return as {@link #load(Set)} does
     * @throws Exception as {@link #load(Set)} does
     */
    default Map<String, ? extends V> load(Set<String> keys, BulkLoadContext context) throws Exception {
        return load(keys);
    }

    /**
     * A loader that says how its answers are to be cached.
     *
     * @param loader the loader, as a lambda of two parameters
     * @param <V> the type of the values
     * @return the same, to be handed to {@link CacheAside#getAll}
     */
    static <V> BulkLoader<V> withContext(WithContext<V> loader) {
        return Check.notNull("loader", loader);
    }

    /**
     * A loader that uses the context.
     *
     * @param <V> the type of the values
     */
    @FunctionalInterface
    interface WithContext<V> extends BulkLoader<V> {

        @Override
        Map<String, ? extends V> load(Set<String> keys, BulkLoadContext context) throws Exception;

        @Override
        default Map<String, ? extends V> load(Set<String> keys) throws Exception {
            return load(keys, BulkLoadContext.unheard(keys));
        }
    }
}
