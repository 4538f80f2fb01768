package io.github.redispatterns.cacheaside;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Begins to read a value from the source of truth. It is called on an I/O thread, so it must not block.
 *
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface AsyncLoader<V> {

    /**
     * Begins to load one value.
     *
     * @param key the key that was not in the cache
     * @return the value, or null if there is none; null is not cached
     */
    CompletionStage<? extends @Nullable V> load(String key);
}
