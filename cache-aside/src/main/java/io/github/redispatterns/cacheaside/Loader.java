package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import org.jspecify.annotations.Nullable;

/**
 * Reads a value from the source of truth. It runs in the thread that called {@link CacheAside#get}, except for a refresh
 * in the background, which runs in a thread of the cache.
 *
 * <p>It may get other keys from the same cache; if it was let past Redis, loads that these need run in its place, and are
 * not counted for {@link CacheAsideOptions#maxBypassLoads()}. It must not get its own key, not by way of another either:
 * that would wait for itself, and fails at once with an {@link IllegalStateException} unless the key is there.
 *
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface Loader<V> {

    /**
     * Loads one value.
     *
     * @param key the key that was not in the cache
     * @return the value, or null if there is none
     * @throws Exception whatever goes wrong; an unchecked exception reaches the caller as it is, a checked one, and a
     *     {@link java.util.concurrent.CompletionException}, inside a {@link LoadFailedException}
     */
    @Nullable V load(String key) throws Exception;

    /**
     * Loads one value, and may say how it is to be cached. This is what the cache calls.
     *
     * @param key the key that was not in the cache
     * @param context takes what there is to say
     * @return the value, or null if there is none
     * @throws Exception as {@link #load(String)} does
     */
    default @Nullable V load(String key, LoadContext context) throws Exception {
        return load(key);
    }

    /**
     * A loader that says how its answers are to be cached.
     *
     * @param loader the loader, as a lambda of two parameters
     * @param <V> the type of the values
     * @return the same, to be handed to {@link CacheAside#get}
     */
    static <V> Loader<V> withContext(WithContext<V> loader) {
        return Check.notNull("loader", loader);
    }

    /**
     * A loader that uses the context.
     *
     * @param <V> the type of the values
     */
    @FunctionalInterface
    interface WithContext<V> extends Loader<V> {

        @Override
        @Nullable V load(String key, LoadContext context) throws Exception;

        @Override
        default @Nullable V load(String key) throws Exception {
            return load(key, new LoadContext());
        }
    }
}
