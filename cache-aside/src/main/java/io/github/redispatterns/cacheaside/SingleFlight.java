package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Sync;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
            parts.metrics().waited(CacheMetrics.Wait.LOCAL);
            return join(reader, other, again);
        }
        mine.result().whenComplete((result, failure) -> flights.remove(reader.key(), mine));
        mine.proceed(found, asked);
        return mine.result().thenApply(this::serve);
    }

    private CompletionStage<@Nullable V> join(
            Reader<V> reader, Flight<V> flight, Function<Reader<V>, CompletionStage<@Nullable V>> again) {
        return flight.result()
                .copy()
                .orTimeout(reader.deadline() - System.nanoTime(), TimeUnit.NANOSECONDS)
                .handle((result, failure) -> {
                    if (failure == null && result.mayServe(reader.began())) {
                        return CompletableFuture.completedStage(serve(result));
                    }
                    if (System.nanoTime() - reader.deadline() >= 0) {
                        return CompletableFuture.<@Nullable V>failedStage(
                                new LoadTimeoutException(parts.options().maxWait()));
                    }
                    if (failure == null || concernsOnlyItsStarter(Sync.unwrap(failure))) {
                        return again.apply(reader);
                    }
                    return CompletableFuture.<@Nullable V>failedStage(Sync.unwrap(failure));
                })
                .thenCompose(next -> next);
    }

    private @Nullable V serve(FlightResult<V> result) {
        parts.metrics().got(result.source());
        return result.value();
    }

    /** The caller who began the flight has left, or has run out of time: those who joined it have not. */
    private static boolean concernsOnlyItsStarter(Throwable failure) {
        return failure instanceof RejectedExecutionException
                || failure instanceof LoadTimeoutException
                || (failure instanceof LoadFailedException && failure.getCause() instanceof InterruptedException);
    }
}
