package io.github.redispatterns.cacheaside;

import org.jspecify.annotations.Nullable;

/**
 * Reads a value from the source of truth. It runs in the thread that called {@link CacheAside#get}. It must not get the
 * same key from the same cache: it would wait for itself.
 *
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface Loader<V> {

    /**
     * Loads one value.
     *
     * @param key the key that was not in the cache
     * @return the value, or null if there is none; null is not cached
     * @throws Exception whatever goes wrong; an unchecked exception reaches the caller as it is, a checked one inside a
     *     {@link LoadFailedException}
     */
    @Nullable V load(String key) throws Exception;
}
