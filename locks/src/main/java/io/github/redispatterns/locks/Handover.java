package io.github.redispatterns.locks;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a lease is handed on within one lock object, the reply to the release says what a message would have said: that
 * spares Redis the message, and this process a thread to be woken for it.
 *
 * @param channel on which the lock object listens
 * @param onMessage hears the messages in replies
 * @param onLoss is told of which key a reply was lost, perhaps with messages in it
 */
record Handover(String channel, Consumer<byte[]> onMessage, Consumer<String> onLoss) {

    /** For a store without a queue: nobody is told in a reply. */
    static final Handover NONE = new Handover(LeaseStore.NOBODY, message -> {}, key -> {});

    /** {@code {1 if it was the caller's, then the messages}}; true if it was. */
    CompletionStage<Boolean> released(String key, CompletionStage<List<@Nullable Object>> replying) {
        CompletableFuture<Boolean> released = new CompletableFuture<>();
        replying.whenComplete((reply, failure) -> {
            if (failure == null) {
                released.complete(Objects.equals(reply.get(0), 1L)); // first: what the others do then may take long
                reply.subList(1, reply.size())
                        .forEach(message -> onMessage.accept((byte[]) Objects.requireNonNull(message)));
                return;
            }
            Throwable cause = Sync.unwrap(failure);
            released.completeExceptionally(cause);
            if (cause instanceof UnknownOutcomeException) {
                onLoss.accept(key);
            }
        });
        return released;
    }
}
