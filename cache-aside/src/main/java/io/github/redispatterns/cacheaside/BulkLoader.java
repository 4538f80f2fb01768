package io.github.redispatterns.cacheaside;

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
}
