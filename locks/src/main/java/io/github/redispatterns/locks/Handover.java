package io.github.redispatterns.locks;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a lease is handed on within this process, the reply to the release says what a message would have said: that
 * spares Redis the message, and this process a thread to be woken for it.
 *
 * @param channel on which this process listens
 * @param onMessage hears the messages in replies
 * @param onLoss is told that a reply was lost, perhaps with messages in it
 */
record Handover(String channel, Consumer<byte[]> onMessage, Runnable onLoss) {

    /** For a lock that nobody waits for. */
    static final Handover NONE = new Handover(LeaseStore.NOBODY, message -> {}, () -> {});

    /** {@code {1 if it was the caller's, then the messages}}; true if it was. */
    CompletionStage<Boolean> released(CompletionStage<List<@Nullable Object>> replying) {
        return replying.whenComplete((reply, failure) -> {
                    if (failure != null && Sync.unwrap(failure) instanceof UnknownOutcomeException) {
                        onLoss.run();
                    }
                })
                .thenApply(reply -> {
                    for (Object message : reply.subList(1, reply.size())) {
                        onMessage.accept((byte[]) Objects.requireNonNull(message));
                    }
                    return Objects.equals(reply.get(0), 1L);
                });
    }
}
