package io.github.redispatterns.core;

import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What came of a write that replicas were to acknowledge.
 *
 * <p><b>Does not guarantee</b>: that a write with acknowledgements survives a failover: a replica without it may be
 * promoted all the same. Nor that one without is lost.
 *
 * @param reply the reply of the master
 * @param replicas how many replicas are known to have it
 * @param <T> the type of the reply
 */
public record Replicated<T extends @Nullable Object>(T reply, int replicas) {

    /**
     * Sends both at once, so that hardly a reconnect comes between them: on a connection that has written nothing
     * {@code WAIT} counts every replica.
     */
    static <T extends @Nullable Object> CompletionStage<Sent<T>> sending(
            Supplier<? extends CompletionStage<T>> write, Supplier<? extends CompletionStage<Long>> wait) {
        CompletionStage<T> written = write.get();
        CompletionStage<Long> waiting = wait.get();
        return written.thenApply(reply -> new Sent<>(reply, waiting));
    }

    /** Written, but perhaps not acknowledged yet. */
    record Sent<T extends @Nullable Object>(T reply, CompletionStage<Long> waiting) {

        CompletionStage<Replicated<T>> acknowledged(Duration bound) {
            CompletableFuture<Long> bounded = waiting.handle(Sent::count)
                    .thenCompose(count -> count)
                    .toCompletableFuture()
                    .completeOnTimeout(0L, bound.toNanos(), TimeUnit.NANOSECONDS);
            // Async: whoever blocks in a continuation must not hold up the timeouts of the JVM.
            return bounded.thenApplyAsync(count -> new Replicated<>(reply, count.intValue()));
        }

        /** None is known of if the connection was lost, or its server is a master no more. */
        private static CompletionStage<Long> count(@Nullable Long count, @Nullable Throwable failure) {
            if (failure == null && count != null) {
                return CompletableFuture.completedFuture(count);
            }
            boolean answered = failure instanceof RedisCommandExecutionException
                    && !String.valueOf(failure.getMessage()).startsWith("UNBLOCKED");
            return answered ? CompletableFuture.failedFuture(failure) : CompletableFuture.completedFuture(0L);
        }
    }
}
