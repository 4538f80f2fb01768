package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.UnknownOutcomeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/** Removals that stay pending, of a cache whose Redis answers all the same. */
final class Pending {

    private Pending() {}

    /** The cache's own parts, but with removals that are not done. */
    static <V> CacheParts<V> parts(CacheAside<V> cache, Collection<String> keys) {
        CacheParts<V> own = cache.parts();
        return new CacheParts<>(
                own.options(),
                own.store(),
                own.format(),
                own.metrics(),
                own.guards(),
                own.freshness(),
                own.wakeups(),
                own.admission(),
                own.nesting(),
                removals(keys),
                own.refreshes());
    }

    /** Not done, as their Redis is left alone. */
    private static Removals removals(Collection<String> keys) {
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(5))
                .breakerWindow(Duration.ofHours(1))
                .build();
        CacheMetrics metrics = new CacheMetrics(new SimpleMeterRegistry(), "pending");
        AtomicLong now = new AtomicLong();
        RedisGuard guard = new RedisGuard(options, Duration.ofNanos(2), metrics, now::incrementAndGet);
        guard.failed(1, new UnknownOutcomeException("no reply", null));
        Removals removals =
                new Removals(options, null, new RedisGuards(() -> guard, key -> key, null, metrics), metrics);
        keys.forEach(removals::later);
        return removals;
    }
}
