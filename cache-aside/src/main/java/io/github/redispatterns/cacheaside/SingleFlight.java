package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.CallerGoneException;
import io.github.redispatterns.core.Sync;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets the callers of one process that miss the same key share one {@link Flight}.
 *
 * <p>Sharing must not hand out the past: a caller that began after an invalidation had returned may join a flight that
 * began before it. So a flight serves only those who began before its value was current; the others read again.
 */
final class SingleFlight<V> {

    private static final int MAX_DEPTH = 100;

    private final CacheParts<V> parts;
    private final Function<Reader<V>, CompletionStage<Answer<V>>> again;
    private final ConcurrentMap<String, Flight<V>> flights = new ConcurrentHashMap<>();

    /**
     * Creates one for a cache.
     *
     * @param again how a reader reads again, if the flight that it has joined may not serve it
     */
    SingleFlight(CacheParts<V> parts, Function<Reader<V>, CompletionStage<Answer<V>>> again) {
        this.parts = parts;
        this.again = again;
    }

    /**
     * Begins the flight for a missing key, or joins the one under way.
     *
     * @param found what the reader's own look has found, by a request sent at {@code asked}
     */
    CompletionStage<Answer<V>> fly(Reader<V> reader, Found<V> found, long asked) {
        if (Nesting.Level.concerns(reader.level(), reader.key())) {
            reader.markDecided();
            return CompletableFuture.failedFuture(Nesting.Level.ownKey());
        }
        Flight<V> mine = new Flight<>(reader, parts);
        Flight<V> other = flights.putIfAbsent(reader.key(), mine);
        if (other != null) {
            boolean overdue = System.nanoTime() - other.overdueAfter() >= 0;
            boolean overtakes =
                    other.isInLine() && Nesting.Level.isPast(reader.level()); // it waits for the likes of us
            if (!(overdue || overtakes) || !flights.replace(reader.key(), other, mine)) {
                parts.metrics().waited(CacheMetrics.Wait.LOCAL);
                reader.markDecided();
                return join(reader, other);
            }
        }
        mine.result().whenComplete((result, failure) -> flights.remove(reader.key(), mine));
        mine.proceed(found, asked);
        return mine.result().thenApply(this::serve);
    }

    /** The flight under way has been overtaken by a write of this process; those who come now need not wait for it. */
    void forget(String key) {
        flights.remove(key);
    }

    /** All flights under way have been overtaken. */
    void forgetAll() {
        flights.clear();
    }

    private CompletionStage<Answer<V>> join(Reader<V> reader, Flight<V> flight) {
        long until = Math.min(reader.deadline() - System.nanoTime(), flight.overdueAfter() - System.nanoTime());
        return flight.result()
                .copy()
                .orTimeout(Math.max(1, until), TimeUnit.NANOSECONDS)
                // Async: whoever blocks in a continuation, or loads, must not hold up the JVM's timeouts.
                .handle((answer, failure) -> failure == null && answer.mayServe(reader.began())
                        ? CompletableFuture.completedStage(serve(answer))
                        : CompletableFuture.supplyAsync(() -> notServed(reader, flight, failure))
                                .thenCompose(next -> next))
                .thenCompose(next -> next);
    }

    private CompletionStage<Answer<V>> notServed(Reader<V> reader, Flight<V> flight, @Nullable Throwable failure) {
        Throwable cause = failure == null ? null : Sync.unwrap(failure);
        boolean retryable = cause == null || cause instanceof TimeoutException || concernsOnlyItsStarter(cause);
        if (retryable && reader.isInTime()) {
            flights.remove(reader.key(), flight);
            return again.apply(reader);
        }
        if (reader.isInTime()) {
            throw new CompletionException(cause);
        }
        LoadTimeoutException late = new LoadTimeoutException(parts.options().maxWait());
        if (reader.past() || parts.options().waitFallback() == WaitFallback.FAIL) {
            throw late;
        }
        flights.remove(reader.key(), flight);
        long now = System.nanoTime();
        return fly(reader.goingPast(now + parts.options().maxWait().toNanos()), new Found.Unknown<>(late), now);
    }

    private Answer<V> serve(Answer<V> answer) {
        parts.metrics().got(answer.source(), 1);
        return answer;
    }

    /** The caller who began the flight has left, has cancelled its load or has run out of time: the others have not. */
    private static boolean concernsOnlyItsStarter(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) { // a loader's own may go round in a circle
            if (cause instanceof CallerGoneException
                    || cause instanceof CancellationException
                    || cause instanceof LoadTimeoutException
                    || cause instanceof InterruptedException
                    || cause instanceof ClosedByInterruptException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
