package io.github.redispatterns.cacheaside;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What one caller gets, or a flight ends with.
 *
 * @param value the value, or null if the source of truth has none
 * @param source where the answer came from
 * @param bornMillis when it was stored, the server's time, ms; 0 if it was just loaded
 * @param currentAfter a monotonic time, ns, after which the value was current at some moment. A caller that began
 *     earlier may have it; one that began later may not, since an invalidation may have returned before it began
 */
record Answer<V>(@Nullable V value, Source source, long bornMillis, long currentAfter) {

    static <V> Answer<V> of(Found.Entry<V> entry, boolean stale, long currentAfter) {
        return new Answer<>(entry.value(), source(entry, stale), CacheRecord.bornMillis(entry.record()), currentAfter);
    }

    static Source source(Found.Entry<?> entry, boolean stale) {
        return stale ? Source.STALE : entry.value() == null ? Source.NEGATIVE : Source.REDIS;
    }

    static <V> Answer<V> loaded(@Nullable V value, Source source, long currentAfter) {
        return new Answer<>(value, source, 0, currentAfter);
    }

    boolean mayServe(long began) {
        return currentAfter - began >= 0;
    }

    /** What was just loaded has no age; so an answer that is given while Redis is silent does not wait for its clock. */
    CompletionStage<Lookup<V>> toLookup(ServerClock clock) {
        if (bornMillis == 0) {
            return CompletableFuture.completedFuture(new Lookup<>(value, source, Duration.ZERO));
        }
        return clock.whenKnown()
                .thenApply(known ->
                        new Lookup<>(value, source, Duration.ofMillis(Math.max(0, clock.millis() - bornMillis))));
    }
}
