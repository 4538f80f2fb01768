package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.CallerGoneException;
import io.github.redispatterns.core.Sync;
import java.nio.channels.ClosedByInterruptException;
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

    private final CacheParts<V> parts;
    private final ConcurrentMap<String, Flight<V>> flights = new ConcurrentHashMap<>();

    SingleFlight(CacheParts<V> parts) {
        this.parts = parts;
    }

    /**
     * Begins the flight for a missing key, or joins the one under way.
     *
     * @param found what the reader's own look has found, by a request sent at {@code asked}
     * @param again how the reader reads again, if the flight that it has joined may not serve it
     */
    CompletionStage<@Nullable V> fly(
            Reader<V> reader, Found<V> found, long asked, Function<Reader<V>, CompletionStage<@Nullable V>> again) {
        Flight<V> mine = new Flight<>(reader, parts);
        Flight<V> other = flights.putIfAbsent(reader.key(), mine);
        if (other != null) {
            boolean overdue = System.nanoTime() - other.overdueAfter() >= 0;
            if (!overdue || !flights.replace(reader.key(), other, mine)) {
                parts.metrics().waited(CacheMetrics.Wait.LOCAL);
                return join(reader, other, again);
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

    private CompletionStage<@Nullable V> join(
            Reader<V> reader, Flight<V> flight, Function<Reader<V>, CompletionStage<@Nullable V>> again) {
        long until = Math.min(reader.deadline() - System.nanoTime(), flight.overdueAfter() - System.nanoTime());
        return flight.result()
                .copy()
                .orTimeout(Math.max(1, until), TimeUnit.NANOSECONDS)
                .handle((result, failure) -> {
                    if (failure == null && result.mayServe(reader.began())) {
                        return CompletableFuture.completedStage(serve(result));
                    }
                    Throwable cause = failure == null ? null : Sync.unwrap(failure);
                    if (System.nanoTime() - reader.deadline() >= 0) {
                        cause = new LoadTimeoutException(parts.options().maxWait());
                    } else if (cause == null || cause instanceof TimeoutException || concernsOnlyItsStarter(cause)) {
                        flights.remove(reader.key(), flight);
                        return again.apply(reader);
                    }
                    // Async: whoever blocks in a continuation must not hold up the JVM's timeouts.
                    Throwable told = cause;
                    return CompletableFuture.<@Nullable V>supplyAsync(() -> {
                        throw new CompletionException(told);
                    });
                })
                .thenCompose(next -> next);
    }

    private @Nullable V serve(FlightResult<V> result) {
        parts.metrics().got(result.source());
        return result.value();
    }

    /** The caller who began the flight has left, or has run out of time: those who joined it have not. */
    private static boolean concernsOnlyItsStarter(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CallerGoneException
                    || cause instanceof LoadTimeoutException
                    || cause instanceof InterruptedException
                    || cause instanceof ClosedByInterruptException) {
                return true;
            }
        }
        return false;
    }
}
