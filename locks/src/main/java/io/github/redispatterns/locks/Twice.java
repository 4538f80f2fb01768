package io.github.redispatterns.locks;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Asks once more if the reply was lost: every step of a lease carries its token, so that a second run does no harm. */
final class Twice {

    private Twice() {}

    static <T> CompletionStage<T> ifUnknown(Supplier<CompletionStage<T>> step) {
        return ifUnknown(step, () -> {});
    }

    /** {@code onUnknown} is called before the step is taken again. */
    static <T> CompletionStage<T> ifUnknown(Supplier<CompletionStage<T>> step, Runnable onUnknown) {
        return step.get().exceptionallyCompose(failure -> {
            if (Sync.unwrap(failure) instanceof UnknownOutcomeException) {
                onUnknown.run();
                return step.get().exceptionallyCompose(again -> {
                    Throwable unknown = Sync.unwrap(failure); // whatever the second try says, the first may have run
                    unknown.addSuppressed(Sync.unwrap(again));
                    return CompletableFuture.failedFuture(unknown);
                });
            }
            return CompletableFuture.failedFuture(failure);
        });
    }
}
