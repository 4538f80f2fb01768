package io.github.redispatterns.locks;

import io.github.redispatterns.core.DedicatedConnection;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.codec.ByteArrayCodec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Asks how many replicas have acknowledged a lease, over one connection that is opened when it is first needed. One
 * question at a time, for it holds the connection up; whose time passes meanwhile does not ask any more.
 */
final class ReplicaAcks implements AutoCloseable {

    private static final Logger LOG = System.getLogger(ReplicaAcks.class.getName());

    /** After a failure; what is asked may be asked again. */
    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final Redis redis;
    private final LeaseStore store;
    private final AtomicReference<@Nullable CompletableFuture<DedicatedConnection<byte[], byte[]>>> connection =
            new AtomicReference<>();
    private final AtomicReference<CompletableFuture<?>> last =
            new AtomicReference<>(CompletableFuture.completedFuture(null));

    private volatile boolean closed;

    ReplicaAcks(Redis redis, LeaseStore store) {
        this.redis = redis;
        this.store = store;
    }

    /** None is known of if Redis could not be asked in time. */
    CompletionStage<Integer> ask(Request request, LeaseOptions.Replicas wanted) {
        long until = System.nanoTime() + wanted.within().toNanos();
        long bound = wanted.within().plus(redis.options().commandTimeout()).toNanos();
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        Future<?> bell = Timers.after(bound, () -> Timers.answer(() -> answer.complete(0)));
        CompletableFuture<Integer> turn = new CompletableFuture<>();
        turn.whenComplete((count, failure) -> {
            bell.cancel(false);
            if (failure == null) {
                answer.complete(count);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        CompletableFuture<?> before = Objects.requireNonNull(last.getAndSet(turn));
        if (before.isDone()) {
            take(turn, request, wanted.count(), until);
        } else { // async, lest many whose time has passed end one another, ever deeper
            before.whenCompleteAsync((done, failure) -> take(turn, request, wanted.count(), until), Timers::answer);
        }
        return answer;
    }

    private void take(CompletableFuture<Integer> turn, Request request, int count, long untilNanos) {
        Duration left = Duration.ofNanos(untilNanos - System.nanoTime());
        if (left.toMillis() <= 0) {
            turn.complete(0);
            return;
        }
        opened().thenCompose(opened -> store.replicate(request, opened, count, left))
                .whenComplete((acknowledged, failure) -> {
                    Throwable cause = failure == null ? null : Sync.unwrap(failure);
                    if (cause instanceof PatternsException) {
                        LOG.log(Level.DEBUG, "It could not be asked which replicas know of a lease", cause);
                        Timers.after(PAUSE_NANOS, () -> take(turn, request, count, untilNanos));
                    } else if (cause != null) {
                        turn.completeExceptionally(cause);
                    } else {
                        turn.complete(acknowledged);
                    }
                });
    }

    /** The connection, under way or done; begun anew if it has failed. */
    @SuppressWarnings("ReferenceEquality") // as it is exchanged
    private CompletableFuture<DedicatedConnection<byte[], byte[]>> opened() {
        CompletableFuture<DedicatedConnection<byte[], byte[]>> current = connection.get();
        if (current != null && !current.isCompletedExceptionally()) {
            return current;
        }
        CompletableFuture<DedicatedConnection<byte[], byte[]>> mine = new CompletableFuture<>();
        CompletableFuture<DedicatedConnection<byte[], byte[]>> other = connection.compareAndExchange(current, mine);
        if (other != current) {
            return Objects.requireNonNull(other);
        }
        redis.openDedicatedAsync(ByteArrayCodec.INSTANCE).whenComplete((fresh, failure) -> {
            if (failure != null) {
                mine.completeExceptionally(Sync.unwrap(failure));
            } else {
                mine.complete(fresh);
                if (closed) {
                    fresh.close();
                }
            }
        });
        return mine;
    }

    @Override
    public void close() {
        closed = true;
        CompletableFuture<DedicatedConnection<byte[], byte[]>> opening = connection.get();
        if (opening != null) {
            opening.thenAccept(DedicatedConnection::close);
        }
    }
}
