package io.github.redispatterns.cacheaside;

import java.util.Map;
import java.util.Set;

/**
 * Reads several values from the source of truth at once. It runs in the thread that called {@link CacheAside#getAll}.
 *
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface BulkLoader<V> {

    /**
     * Loads values.
     *
     * @param keys the keys that were not in the cache and that this caller has the lease of, at least one
     * @return the values by key; a key that is left out has none
     * @throws Exception whatever goes wrong; an unchecked exception reaches the caller as it is, a checked one inside a
     *     {@link LoadFailedException}
     */
    Map<String, ? extends V> load(Set<String> keys) throws Exception;
}
