package io.github.redispatterns.cacheaside;

import org.jspecify.annotations.Nullable;

/**
 * What a flight ended with.
 *
 * @param value the value, or null if the source has none
 * @param currentAfter a monotonic time, ns, after which the value was current at some moment. A caller that began
 *     earlier may have it; one that began later may not, since an invalidation may have returned before it began
 * @param source where the value came from, for the caller who began the flight
 */
record Outcome<V>(@Nullable V value, long currentAfter, CacheMetrics.Source source) {

    boolean mayServe(long began) {
        return currentAfter - began >= 0;
    }
}
