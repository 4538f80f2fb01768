package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Sync;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one cache.
 *
 * <p>Around a write to the source of truth the key is claimed: emptied, and leased to the writer. So no load under way
 * can store the old value, readers wait for the new one, and if the writer dies the lease ends by itself and leaves
 * nothing old behind. Of two writers that overlap, the later claim takes the earlier one's lease away; the earlier finds
 * that when it is done, and empties the key, because nobody can tell which of them committed last.
 */
final class Writes<V> {

    private final CacheParts<V> parts;
    private final Removals removals;
    private final SingleFlight<V> flights;

    Writes(CacheParts<V> parts, SingleFlight<V> flights) {
        this.parts = parts;
        this.removals = parts.removals();
        this.flights = flights;
    }

    /**
     * In two steps, so that a put whose reply was lost, and that is executed late, can never replace what was written
     * since: the first step alone stores nothing, and the second finds its lease gone.
     */
    CompletionStage<WriteOutcome> put(String key, byte[] value) {
        return around(key, value, () -> CompletableFuture.completedFuture(value));
    }

    CompletionStage<WriteOutcome> invalidate(String key) {
        return removals.remove(key).whenComplete((outcome, failure) -> flights.forget(key));
    }

    CompletionStage<@Nullable Void> invalidateAll() {
        return new Emptying(parts).run().whenComplete((done, failure) -> flights.forgetAll());
    }

    /** As the other, with a writer that blocks. */
    CompletionStage<WriteOutcome> around(String key, byte @Nullable [] value, Writer writer, Executor caller) {
        Nesting.Level level =
                new Nesting.Level(Set.of(key), false, parts.nesting().here());
        Executor inside = parts.nesting().inside(level, caller);
        return around(key, value, () -> BlockingCalls.write(writer, inside));
    }

    /**
     * Claims the key, writes, and stores the value, or empties the key.
     *
     * @param value the encoded value, or null to leave the key empty
     */
    CompletionStage<WriteOutcome> around(String key, byte @Nullable [] value, AsyncWriter writer) {
        byte[] id = CacheRecord.newId();
        Removals.Pending before = removals.of(key);
        return claim(key, id)
                .thenCompose(claimed -> {
                    CompletableFuture<WriteOutcome> ended = new CompletableFuture<>();
                    write(writer).whenComplete((written, failure) -> {
                        CompletionStage<WriteOutcome> ending = failure == null && claimed && value != null
                                ? fill(key, id, value, before)
                                : removals.remove(key);
                        ending.whenComplete((outcome, another) -> {
                            if (failure != null) { // it may have committed all the same, so the key is empty now
                                ended.completeExceptionally(Sync.unwrap(failure));
                            } else if (another != null) {
                                ended.completeExceptionally(Sync.unwrap(another));
                            } else {
                                ended.complete(outcome);
                            }
                        });
                    });
                    return ended;
                })
                .whenComplete((outcome, failure) -> flights.forget(key)); // a failed one may have been committed
    }

    /** False if Redis cannot be used: the source of truth can be written all the same. */
    private CompletionStage<Boolean> claim(String key, byte[] id) {
        CompletableFuture<Boolean> claimed = new CompletableFuture<>();
        parts.guard(key)
                .write(() -> parts.store().claim(key, id, parts.options().leaseTime()))
                .whenComplete((done, failure) -> {
                    Throwable cause = failure == null ? null : Sync.unwrap(failure);
                    if (cause == null) {
                        claimed.complete(true);
                    } else if (RedisGuard.isUnreachable(cause) || RedisGuard.isFull(cause)) {
                        claimed.complete(false);
                    } else {
                        claimed.completeExceptionally(cause);
                    }
                });
        return claimed;
    }

    private static CompletionStage<?> write(AsyncWriter writer) {
        try {
            CompletionStage<?> writing = writer.write();
            return writing != null
                    ? writing
                    : CompletableFuture.failedFuture(
                            new IllegalStateException("The writer returned null in place of a stage"));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<WriteOutcome> fill(String key, byte[] id, byte[] value, Removals.@Nullable Pending before) {
        Lifetime life = Lifetime.draw(parts.options());
        return parts.guard(key)
                .write(() -> parts.store().fill(key, id, value, life, 0))
                .thenCompose(filled -> {
                    if (!filled) { // another write has overlapped this one
                        return removals.remove(key);
                    }
                    removals.done(key, before);
                    return CompletableFuture.completedFuture(WriteOutcome.STORED);
                })
                .exceptionallyCompose(failure -> instead(key, Sync.unwrap(failure)));
    }

    /** The value could not be stored, or nobody knows: then nothing old may stay. */
    private CompletionStage<WriteOutcome> instead(String key, Throwable failure) {
        if (RedisGuard.isUnreachable(failure)) {
            return CompletableFuture.completedFuture(removals.later(key));
        }
        return RedisGuard.isFull(failure) ? removals.remove(key) : CompletableFuture.failedFuture(failure);
    }
}
