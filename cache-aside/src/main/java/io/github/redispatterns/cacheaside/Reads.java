package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.Sync;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The reads of single keys: each begins with a look at its key, and most end there. */
final class Reads<V> {

    private final CacheParts<V> parts;
    private final ServerClock clock;
    private final Removals removals;
    private final Refresher<V> refresher;
    private final SingleFlight<V> flights;

    Reads(CacheParts<V> parts, ServerClock clock) {
        this.parts = parts;
        this.clock = clock;
        this.removals = parts.removals();
        this.refresher = new Refresher<>(parts);
        this.flights = new SingleFlight<>(parts, this::read);
    }

    SingleFlight<V> flights() {
        return flights;
    }

    /** Reads in the calling thread, and loads there if the key is missing. */
    Answer<V> read(String key, Loading<V> loading) {
        try {
            return readHere(key, loading);
        } catch (Throwable e) {
            parts.metrics().getFailed(e);
            throw e;
        }
    }

    private Answer<V> readHere(String key, Loading<V> loading) {
        long began = System.nanoTime();
        Found<V> found = look(key);
        if (found instanceof Found.Entry<V> entry) { // most calls end here, so the thread is lent only after this
            return serve(key, entry, loading, began);
        }
        return Sync.callerRuns(caller -> flights.fly(reader(key, loading, caller, began), found, began));
    }

    /** Reads; a loader that blocks runs where it is said. */
    CompletionStage<Answer<V>> read(String key, Loading<V> loading, Executor where) {
        return read(reader(key, loading, where, System.nanoTime())).whenComplete((answer, failure) -> {
            if (failure != null) {
                parts.metrics().getFailed(failure);
            }
        });
    }

    private CompletionStage<Answer<V>> read(Reader<V> reader) {
        long asked = System.nanoTime();
        return lookAsync(reader.key())
                .thenCompose(found -> found instanceof Found.Entry<V> entry
                        ? CompletableFuture.completedFuture(serve(reader.key(), entry, reader.loading(), asked))
                        : flights.fly(reader, found, asked));
    }

    private Reader<V> reader(String key, Loading<V> loading, Executor caller, long began) {
        long deadline = began + parts.options().maxWait().toNanos();
        return new Reader<>(
                key, loading, caller, began, deadline, parts.nesting().here());
    }

    /** Looks in the calling thread, which is the quickest way to a hit. */
    Found<V> look(String key) {
        RedisGuard guard = parts.guard(key);
        Found<V> prevented = prevented(key, guard);
        if (prevented != null) {
            return prevented;
        }
        learnTime();
        long asked = System.nanoTime();
        byte[] bytes;
        try {
            bytes = Sync.await(parts.store().read(key));
        } catch (CallInterruptedException e) {
            guard.abandoned();
            throw e;
        } catch (RuntimeException e) {
            guard.failed(asked, e);
            return unknownOrThrow(e);
        }
        guard.answered();
        return parts.format().read(bytes);
    }

    CompletionStage<Found<V>> lookAsync(String key) {
        RedisGuard guard = parts.guard(key);
        Found<V> prevented = prevented(key, guard);
        if (prevented != null) {
            return CompletableFuture.completedFuture(prevented);
        }
        learnTime();
        long asked = System.nanoTime();
        return parts.store().read(key).handle((bytes, failure) -> {
            if (failure != null) {
                Throwable cause = Sync.unwrap(failure);
                guard.failed(asked, cause);
                return unknownOrThrow(cause);
            }
            guard.answered();
            return parts.format().read(bytes);
        });
    }

    /**
     * Before the first look, so that one server has told the time when it answers the look. On a Cluster another may be
     * asked, which may be silent: nobody waits for it, and until it is known nothing is stale.
     */
    void learnTime() {
        if (parts.freshness().refreshes()) {
            clock.learn();
        }
    }

    /** What the reader of an entry gets; if the entry is due, it is refreshed meanwhile. */
    Answer<V> serve(String key, Found.Entry<V> entry, Loading<V> loading, long asked) {
        Answer<V> answer = Answer.of(entry, parts.freshness().isStale(entry.record()), asked);
        parts.metrics().got(answer.source(), 1);
        if (parts.freshness().isDue(entry.record())) {
            refresher.refresh(key, entry.record(), loading);
        }
        return answer;
    }

    Refresher<V> refresher() {
        return refresher;
    }

    /** Those whose removal is pending now. */
    Set<String> pending(Collection<String> keys) {
        return removals.pending(keys);
    }

    /**
     * What was read of a key among others.
     *
     * @param pending those whose removal was pending when the keys were asked for; it may have been done since
     */
    Found<V> of(String key, byte @Nullable [] bytes, Set<String> pending) {
        return pending.contains(key) || removals.isPending(key)
                ? yetToBeRemoved()
                : parts.format().read(bytes);
    }

    /** Null if Redis may be asked; then the guard must be told how that went. */
    private @Nullable Found<V> prevented(String key, RedisGuard guard) {
        if (removals.isPending(key)) {
            return yetToBeRemoved();
        }
        return guard.mayCall() ? null : new Found.Unknown<>(RedisGuard.breakerOpen());
    }

    private static <V> Found<V> yetToBeRemoved() {
        return new Found.Unknown<>(Removals.yetToBeDone());
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
