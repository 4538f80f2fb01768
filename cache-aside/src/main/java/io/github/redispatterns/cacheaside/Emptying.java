package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Removes all entries and leases of a cache, by a scan over all masters.
 *
 * <p>A scan finds every key that is there from its beginning to its end, but only on the server where it began: a cursor
 * means nothing to another one, or to the same one restarted. So nothing is sent twice here once it has begun; if the
 * connection is replaced meanwhile, it fails.
 */
final class Emptying {

    private static final int AT_ONCE = 1_000;

    private final CacheParts<?> parts;
    private final ScanArgs which;
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

    Emptying(CacheParts<?> parts) {
        this.parts = parts;
        // Every key of an entry ends with the brace, and nothing else of this or another key space is like it.
        this.which = ScanArgs.Builder.matches(parts.store().name("*")).limit(AT_ONCE);
    }

    /** Run once. */
    CompletionStage<@Nullable Void> run() {
        then(call(commands -> commands.scan(which)), this::empty);
        return done;
    }

    private void empty(KeyScanCursor<byte[]> found) {
        List<byte[]> keys = found.getKeys();
        if (keys.isEmpty()) {
            goOn(found);
        } else {
            then(once(commands -> commands.unlink(keys.toArray(byte[][]::new))), removed -> goOn(found));
        }
    }

    private void goOn(ScanCursor cursor) {
        if (cursor.isFinished()) {
            done.complete(null);
        } else {
            then(once(commands -> commands.scan(cursor, which)), this::empty);
        }
    }

    private <T> void then(CompletionStage<T> step, Consumer<T> next) {
        step.thenAccept(next).whenComplete((ok, failure) -> {
            if (failure != null) {
                done.completeExceptionally(Sync.unwrap(failure));
            }
        });
    }

    private <T> CompletionStage<T> once(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> command) {
        AtomicBoolean sent = new AtomicBoolean();
        return call(commands -> sent.compareAndSet(false, true)
                ? command.apply(commands)
                : CompletableFuture.failedFuture(new NotExecutedException(
                        "The server was lost while its keys were being scanned; some may be left", null)));
    }

    /** Keys as bytes, since that is what the connection speaks: Lettuce scans a Cluster with no other codec. */
    private <T> CompletionStage<T> call(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> command) {
        return parts.guards().common().call(() -> parts.store().redis().executeAsync(ByteArrayCodec.INSTANCE, command));
    }
}
