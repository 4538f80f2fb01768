package io.github.redispatterns.cacheaside;

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
}
