package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Loads entries anew in the background, each by one caller in the fleet, while everybody is served the old value. A load
 * that fails leaves the old value where it is, and its lease too, so that nobody tries again before that has ended.
 */
final class Refresher<V> {

    private final CacheParts<V> parts;

    /** The keys that this process is refreshing, until when at most, a monotonic time, ns. */
    private final ConcurrentMap<String, Long> underWay = new ConcurrentHashMap<>();

    Refresher(CacheParts<V> parts) {
        this.parts = parts;
    }

    void refresh(String key, byte[] entry, Loading<V> loading) {
        long now = System.nanoTime();
        Long until = now + parts.options().leaseTime().toNanos();
        Long other = underWay.putIfAbsent(key, until);
        if (other != null && (now - other < 0 || !underWay.replace(key, other, until))) {
            return;
        }
        byte[] id = CacheRecord.newId();
        parts.guard()
                .call(() -> parts.store()
                        .refresh(key, CacheRecord.id(entry), id, parts.options().leaseTime()))
                .exceptionally(failure -> {
                    parts.metrics().refreshSkipped();
                    return false;
                })
                .thenCompose(granted -> granted
                        ? new Load<>(parts, key, loading, parts.refreshes(), Reason.REFRESH).under(id)
                        : CompletableFuture.<Answer<V>>completedFuture(null))
                // A failure has been counted, and concerns no caller.
                .whenComplete((answer, failure) -> underWay.remove(key, until));
    }
}
