package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.DedicatedConnection;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Waits for something to be added to a stream, on a connection of its own. It only says when to look: what there is, and
 * what is gone, {@link StreamReader} tells.
 *
 * <p>One wait at a time. A connection that has failed, or has not answered in time, is replaced by the next wait.
 */
final class StreamBell implements AutoCloseable {

    /** After which time one looks all the same: nobody rings for a stream that was deleted, or is made anew. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Redis redis;
    private final String stream;
    private final AtomicReference<@Nullable DedicatedConnection<String, byte[]>> connection = new AtomicReference<>();
    private volatile boolean closed;

    StreamBell(Redis redis, String stream) {
        this.redis = redis;
        this.stream = stream;
    }

    /** Completes when something may have been added after the position; fails if it cannot be known. */
    CompletionStage<?> rings(StreamPosition after) {
        Duration patience = LONGEST.plus(redis.options().commandTimeout());
        return connected()
                .thenCompose(open -> block(open, after))
                .toCompletableFuture()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                // Async: closing a connection waits for it.
                .whenCompleteAsync((entries, failure) -> {
                    if (failure != null) {
                        hangUp();
                    }
                });
    }

    @Override
    public void close() {
        closed = true;
        hangUp();
    }

    private CompletionStage<DedicatedConnection<String, byte[]>> connected() {
        DedicatedConnection<String, byte[]> open = connection.get();
        if (open != null) {
            return CompletableFuture.completedFuture(open);
        }
        return redis.openDedicatedAsync(Redis.KEYS_AND_BYTES).thenApplyAsync(opened -> {
            end(connection.getAndSet(opened)); // of a wait that was given up before it had a connection
            if (closed) { // lost a race with close(), which may not have seen it
                hangUp();
            }
            return opened;
        });
    }

    @SuppressWarnings("unchecked") // an array of one generic type
    private CompletionStage<List<StreamMessage<String, byte[]>>> block(
            DedicatedConnection<String, byte[]> open, StreamPosition after) {
        return open.commands().xread(XReadArgs.Builder.block(LONGEST).count(1), StreamOffset.from(stream, after.id()));
    }

    private void hangUp() {
        end(connection.getAndSet(null));
    }

    private static void end(@Nullable DedicatedConnection<?, ?> open) {
        if (open != null) {
            open.close();
        }
    }
}
