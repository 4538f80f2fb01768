package io.github.redispatterns.cacheaside;

import java.util.concurrent.Executor;

/**
 * What every read and load of one cache works with.
 *
 * @param refreshes where blocking loaders run in the background
 */
record CacheParts<V>(
        CacheAsideOptions options,
        CacheStore store,
        CacheFormat<V> format,
        CacheMetrics metrics,
        RedisGuards guards,
        Freshness freshness,
        Wakeups wakeups,
        Admission admission,
        Nesting nesting,
        Removals removals,
        Executor refreshes) {

    RedisGuard guard(String key) {
        return guards.of(key);
    }
}
