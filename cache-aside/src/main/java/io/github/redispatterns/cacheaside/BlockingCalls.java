package io.github.redispatterns.cacheaside;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes stages of the caller's blocking functions, with their exceptions as the caller gets to see them. */
final class BlockingCalls {

    private BlockingCalls() {}

    static <V> CompletionStage<@Nullable V> load(
            Loader<? extends V> loader, String key, LoadContext context, Executor where) {
        return call(
                () -> {
                    context.begins();
                    return loader.load(key, context);
                },
                LoadFailedException::new,
                where);
    }

    static <V> CompletionStage<Map<String, ? extends V>> loadAll(
            BulkLoader<? extends V> loader, Set<String> keys, BulkLoadContext context, Executor where) {
        return call(() -> loader.load(keys, context), LoadFailedException::new, where);
    }

    static CompletionStage<?> write(Writer writer, Executor where) {
        return call(
                () -> {
                    writer.write();
                    return true;
                },
                WriteFailedException::new,
                where);
    }

    private static <T extends @Nullable Object> CompletionStage<T> call(
            Callable<T> function, Function<Exception, RuntimeException> wrapper, Executor where) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return function.call();
                    } catch (CompletionException e) { // taken for the stage's own, it would be unwrapped
                        throw wrapper.apply(e);
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw wrapper.apply(e);
                    } catch (Exception e) {
                        throw wrapper.apply(e);
                    }
                },
                where);
    }
}
