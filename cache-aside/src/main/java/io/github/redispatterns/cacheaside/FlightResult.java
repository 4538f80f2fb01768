package io.github.redispatterns.cacheaside;

import org.jspecify.annotations.Nullable;

/**
 * What a flight ended with.
 *
 * @param value the value, or null if the source of truth has none
 * @param source where the value came from
 * @param currentAfter a monotonic time, ns, after which the value was current at some moment. A caller that began
 *     earlier may have it; one that began later may not, since an invalidation may have returned before it began
 */
record FlightResult<V>(@Nullable V value, Source source, long currentAfter) {

    boolean mayServe(long began) {
        return currentAfter - began >= 0;
    }
}
