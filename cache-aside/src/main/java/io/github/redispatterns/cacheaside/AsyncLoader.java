package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Begins to read a value from the source of truth. It is called on an I/O thread, so it must not block.
 *
 * <p>What holds of a {@link Loader} that reads from the same cache is known of this one until it has returned its stage,
 * and not of what the stage does later: if all of {@link CacheAsideOptions#maxBypassLoads()} then wait for loads of other
 * keys, those have to wait for room, at most {@link CacheAsideOptions#maxWait()}.
 *
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface AsyncLoader<V> {

    /**
     * Begins to load one value.
     *
     * @param key the key that was not in the cache
     * @return completes with the value, or with null if there is none; if it never completes, others load once the lease
     *     has ended
     */
    CompletionStage<? extends @Nullable V> load(String key);

    /**
     * Begins to load one value, and may say how it is to be cached. This is what the cache calls.
     *
     * @param key the key that was not in the cache
     * @param context takes what there is to say, until the stage completes
     * @return as {@link #load(String)} does
     */
    default CompletionStage<? extends @Nullable V> load(String key, LoadContext context) {
        return load(key);
    }

    /**
     * A loader that says how its answers are to be cached.
     *
     * @param loader the loader, as a lambda of two parameters
     * @param <V> the type of the values
     * @return the same, to be handed to {@link CacheAside#getAsync}
     */
    static <V> AsyncLoader<V> withContext(WithContext<V> loader) {
        return Check.notNull("loader", loader);
    }

    /**
     * A loader that uses the context.
     *
     * @param <V> the type of the values
     */
    @FunctionalInterface
    interface WithContext<V> extends AsyncLoader<V> {

        @Override
        CompletionStage<? extends @Nullable V> load(String key, LoadContext context);

        @Override
        default CompletionStage<? extends @Nullable V> load(String key) {
            return load(key, new LoadContext());
        }
    }
}
