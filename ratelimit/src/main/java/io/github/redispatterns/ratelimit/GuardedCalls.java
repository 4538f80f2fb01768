package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks a server as long as its {@link Guard} lets it, and tells that one what came of it. */
final class GuardedCalls {

    private final Guards guards;

    GuardedCalls(Guards guards) {
        this.guards = guards;
    }

    /**
     * Asks, or takes what there is instead if Redis is left alone, does not answer, or cannot store.
     *
     * @param key which server it is about
     * @param instead null if failures are to be told
     */
    <T extends @Nullable Object> CompletionStage<T> call(
            String key, Supplier<CompletionStage<T>> question, @Nullable Supplier<T> instead) {
        Guard guard = guards.of(key);
        if (!guard.mayCall(key)) {
            return instead == null
                    ? CompletableFuture.failedFuture(leftAlone())
                    : CompletableFuture.completedFuture(instead.get());
        }
        return heard(guard, key, question).handle((answer, failure) -> {
            if (failure == null) {
                return answer;
            }
            Throwable cause = Sync.unwrap(failure);
            if (instead == null || !(Guard.isUnreachable(cause) || cannotStore(cause))) {
                throw new CompletionException(cause);
            }
            return instead.get();
        });
    }

    /** Asks in any case; but nobody waits for a server that is left alone. */
    <T extends @Nullable Object> CompletionStage<T> send(String key, Supplier<CompletionStage<T>> question) {
        Guard guard = guards.of(key);
        boolean waits = guard.mayCall(key);
        CompletionStage<T> answer = heard(guard, key, question);
        return waits ? answer : CompletableFuture.failedFuture(notWaitedFor());
    }

    void close() {
        guards.close();
    }

    private static <T extends @Nullable Object> CompletionStage<T> heard(
            Guard guard, String key, Supplier<CompletionStage<T>> question) {
        long sent = System.nanoTime();
        return question.get().whenComplete((answer, failure) -> {
            Throwable cause = failure == null ? null : Sync.unwrap(failure);
            if (cause == null || hasAnswered(cause)) {
                guard.answered(sent);
            } else {
                guard.failed(key, sent, cause);
            }
        });
    }

    private static NotExecutedException leftAlone() {
        return new NotExecutedException("Redis did not answer a moment ago, and is left alone for now", null);
    }

    private static UnknownOutcomeException notWaitedFor() {
        return new UnknownOutcomeException("Redis did not answer a moment ago, and its reply is not waited for", null);
    }

    /** That keys are apart while their slot moves says nothing against the server: it is about these keys alone. */
    private static boolean hasAnswered(Throwable failure) {
        return failure instanceof NotExecutedException
                && failure.getCause() instanceof RedisCommandExecutionException reply
                && String.valueOf(reply.getMessage()).startsWith("TRYAGAIN");
    }

    /** It answers, but is full, has trouble with its disk, or has too few replicas. */
    private static boolean cannotStore(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof RedisCommandExecutionException
                && (message.startsWith("OOM") || message.startsWith("MISCONF") || message.startsWith("NOREPLICAS"));
    }
}
