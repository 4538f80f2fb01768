package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Sync;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The look at a key that every read begins with, and often ends with. */
final class Reads<V> {

    private final CacheParts<V> parts;
    private final ServerClock clock;
    private final Removals removals;
    private final Refresher<V> refresher;

    Reads(CacheParts<V> parts, ServerClock clock, Removals removals) {
        this.parts = parts;
        this.clock = clock;
        this.removals = removals;
        this.refresher = new Refresher<>(parts);
    }

    /** Looks in the calling thread, which is the quickest way to a hit. */
    Found<V> look(String key) {
        Found<V> prevented = prevented(key);
        if (prevented != null) {
            return prevented;
        }
        long asked = System.nanoTime();
        byte[] bytes;
        try {
            bytes = Sync.await(parts.store().read(key));
        } catch (CallInterruptedException e) {
            parts.guard().left();
            throw e;
        } catch (RuntimeException e) {
            parts.guard().failed(asked, e);
            return unknownOrThrow(e);
        }
        parts.guard().answered();
        if (parts.freshness().refreshes() && !clock.isKnown()) {
            Sync.await(clock.know());
        }
        return parts.format().read(bytes);
    }

    CompletionStage<Found<V>> lookAsync(String key) {
        Found<V> prevented = prevented(key);
        if (prevented != null) {
            return CompletableFuture.completedFuture(prevented);
        }
        long asked = System.nanoTime();
        CompletionStage<Found<V>> looking = parts.store().read(key).handle((bytes, failure) -> {
            if (failure != null) {
                Throwable cause = Sync.unwrap(failure);
                parts.guard().failed(asked, cause);
                return unknownOrThrow(cause);
            }
            parts.guard().answered();
            return parts.format().read(bytes);
        });
        return knowing(looking);
    }

    /** The look, once it is known too what time it is, if that matters. */
    <T> CompletionStage<T> knowing(CompletionStage<T> looking) {
        return parts.freshness().refreshes() && !clock.isKnown()
                ? looking.thenCompose(found -> clock.know().thenApply(known -> found))
                : looking;
    }

    /** What the reader of an entry gets; if the entry is due, it is loaded anew meanwhile. */
    Answer<V> serve(String key, Found.Entry<V> entry, Loading<V> loading, long asked) {
        Answer<V> answer = Answer.of(entry, parts.freshness().isStale(entry.record()), asked);
        parts.metrics().got(answer.source());
        if (parts.freshness().isDue(entry.record())) {
            refresher.refresh(key, entry.record(), loading);
        }
        return answer;
    }

    /** What was read of a key among others. */
    Found<V> of(String key, byte @Nullable [] bytes) {
        return removals.isPending(key) ? yetToBeRemoved() : parts.format().read(bytes);
    }

    /** Null if Redis may be asked; then the guard must be told how that went. */
    private @Nullable Found<V> prevented(String key) {
        if (removals.isPending(key)) {
            return yetToBeRemoved();
        }
        return parts.guard().mayCall() ? null : new Found.Unknown<>(RedisGuard.leftAlone());
    }

    private static <V> Found<V> yetToBeRemoved() {
        return new Found.Unknown<>(
                new NotExecutedException("An invalidation of this key has yet to reach Redis", null));
    }

    private static <V> Found<V> unknownOrThrow(Throwable failure) {
        if (RedisGuard.isUnreachable(failure)) {
            return new Found.Unknown<>(failure);
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        throw new CompletionException(failure);
    }
}
