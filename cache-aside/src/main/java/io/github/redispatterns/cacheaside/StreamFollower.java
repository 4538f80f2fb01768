package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Event;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.RedisCommandExecutionException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows one stream, in rounds: look where the position is, read what comes after it, carry that out, save the new
 * position, and, at the end of the stream, wait. A round that fails is begun anew after a pause.
 *
 * <p>Rounds follow one another, each in the common pool, so the fields without a lock belong to the round under way.
 */
final class StreamFollower implements AutoCloseable {

    private static final Logger LOG = System.getLogger(StreamInvalidation.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 5_000;
    private static final int RENEWALS = 4;

    private final CacheAside<?> cache;
    private final StreamReader reader;
    private final StreamPositions positions;
    private final StreamBell bell;
    private final Consumer<StreamGap> onGap;
    private final Consumer<Event> events;
    private final long renewNanos;
    private final CompletableFuture<@Nullable Void> caughtUp = new CompletableFuture<>();
    private volatile boolean closed;

    /** Null if it is not known. Further than what is stored if that could not be saved. */
    private @Nullable StreamPosition position;

    /** What was last seen or saved under the position's key. */
    private @Nullable StreamPosition stored;

    private long savedAt;

    /** The end that is to be reached first. */
    private @Nullable StreamPosition goal;
    /** The gap that has been told, and is not yet made up for. */
    private @Nullable StreamGap told;

    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private boolean warned;

    StreamFollower(Redis redis, String stream, CacheAside<?> cache, StreamInvalidationOptions options) {
        this.cache = cache;
        this.reader = new StreamReader(redis, stream, options);
        this.positions = new StreamPositions(cache.parts(), stream, options);
        this.bell = new StreamBell(redis, stream);
        this.onGap = options.onGap();
        this.events = cache.parts().metrics().events(CacheMetrics.Feed.STREAM);
        this.renewNanos = options.positionTtl().toNanos() / RENEWALS;
        this.savedAt = System.nanoTime() - renewNanos;
    }

    /** Completes once it has caught up; fails, and ends, if anything goes wrong before. */
    CompletionStage<@Nullable Void> start() {
        round();
        return caughtUp;
    }

    @Override
    public void close() {
        closed = true;
        bell.close();
    }

    private void round() {
        if (closed) {
            return;
        }
        CompletableFuture.completedFuture(null)
                .thenCompose(begun -> positions.load())
                .thenCompose(this::read)
                // Async: the listener for gaps may do what must not be done on an I/O thread.
                .thenComposeAsync(
                        batch -> carryOut(batch).thenCompose(this::save).thenCompose(saved -> goOn(batch)))
                .whenCompleteAsync((rung, failure) -> {
                    if (failure == null) {
                        warned = warned && !Objects.equals(position, stored);
                        pauseMillis = FIRST_PAUSE_MILLIS;
                        round();
                    } else {
                        failed(Sync.unwrap(failure));
                    }
                });
    }

    private CompletionStage<StreamBatch> read(@Nullable StreamPosition found) {
        if (!Objects.equals(found, stored)) { // another process was here, or Redis has gone back in time, or lost it
            stored = found;
            position = found;
        }
        return reader.read(position == null ? StreamPosition.START : position);
    }

    /** The position once all that the batch stands for has been removed from the cache. */
    private CompletionStage<StreamPosition> carryOut(StreamBatch batch) {
        if (goal == null) {
            goal = batch.end();
        }
        if (position == null || batch.gone()) {
            goal = batch.end();
            tell(position == null ? StreamGap.NO_POSITION : StreamGap.ENTRIES_GONE);
            return cache.invalidateAllAsync().thenApply(dropped -> batch.end());
        }
        List<CompletionStage<Event>> each = new ArrayList<>();
        for (List<byte[]> keys : batch.entries()) {
            if (keys.isEmpty()) {
                each.add(CompletableFuture.completedFuture(Event.SKIPPED));
            }
            keys.forEach(key -> each.add(invalidate(EventKey.of(key))));
        }
        return CompletableFuture.allOf(
                        each.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    each.forEach(event -> event.thenAccept(events));
                    return batch.next();
                });
    }

    private CompletionStage<Event> invalidate(@Nullable String key) {
        if (key == null) {
            return CompletableFuture.completedFuture(Event.SKIPPED);
        }
        return cache.invalidateAsync(key).handle((outcome, failure) -> {
            if (outcome == WriteOutcome.REMOVED) {
                return Event.INVALIDATED;
            }
            if (failure == null) {
                throw new NotExecutedException("The cache's Redis could not be reached", null);
            }
            Throwable cause = Sync.unwrap(failure);
            if (cause instanceof RedisCommandExecutionException
                    && String.valueOf(cause.getMessage()).startsWith("WRONGTYPE")) {
                return Event.SKIPPED;
            }
            throw new CompletionException(cause);
        });
    }

    private void tell(StreamGap gap) {
        if (told == gap) {
            return; // it is being dropped once more
        }
        told = gap;
        events.accept(Event.GAP);
        try {
            onGap.accept(gap);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "A listener for gaps failed", e);
        }
    }

    /** What cannot be saved now, as Redis is full, say, is saved later; meanwhile it is known here. */
    private CompletionStage<@Nullable Void> save(StreamPosition next) {
        position = next;
        told = null;
        long now = System.nanoTime();
        if (next.equals(stored) && now - savedAt < renewNanos) {
            return CompletableFuture.completedFuture(null);
        }
        return positions.save(next).handle((saved, failure) -> {
            if (failure == null) {
                stored = next;
                savedAt = now;
                return null;
            }
            Throwable cause = Sync.unwrap(failure);
            if (isClosed(cause)) {
                throw new CompletionException(cause);
            }
            warn("The position in the stream of invalidations could not be saved; it will be tried again", cause);
            return null;
        });
    }

    private CompletionStage<?> goOn(StreamBatch batch) {
        StreamPosition at = Objects.requireNonNull(position);
        if (batch.reachesEnd() || at.added() >= Objects.requireNonNull(goal).added()) {
            caughtUp.complete(null);
        }
        return batch.reachesEnd() && !closed ? bell.rings(at) : CompletableFuture.completedFuture(null);
    }

    private void failed(Throwable failure) {
        if (closed) {
            return;
        }
        if (caughtUp.completeExceptionally(failure)) {
            close();
            return;
        }
        if (isClosed(failure)) {
            LOG.log(Level.WARNING, "The stream of invalidations is not followed any more", failure);
            close();
            return;
        }
        warn("The stream of invalidations cannot be followed; it will be tried again", failure);
        long millis = ThreadLocalRandom.current().nextLong(pauseMillis / 2, pauseMillis);
        pauseMillis = Math.min(2 * pauseMillis, MAX_PAUSE_MILLIS);
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(this::round);
    }

    /** Once for each trouble, not for each try. */
    private void warn(String what, Throwable failure) {
        if (!warned) {
            warned = true;
            LOG.log(Level.WARNING, what, failure);
        }
    }

    /** What a call on a handle that was closed fails with. */
    private static boolean isClosed(Throwable failure) {
        return failure instanceof IllegalStateException;
    }
}
