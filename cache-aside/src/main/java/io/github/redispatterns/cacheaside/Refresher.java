package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Reason;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Refreshes entries in the background, each by one caller in the fleet, while everybody is served the old value. A load
 * that fails leaves the old value where it is, and its lease too, so that nobody tries again before that has ended.
 */
final class Refresher<V> {

    private final CacheParts<V> parts;

    /** The keys that this process is refreshing, until when at most, a monotonic time, ns. */
    private final ConcurrentMap<String, Long> underWay = new ConcurrentHashMap<>();

    Refresher(CacheParts<V> parts) {
        this.parts = parts;
    }

    /** Refreshes one entry. */
    void refresh(String key, byte[] entry, Loading<V> loading) {
        refresh(key, entry, loading, decided -> {});
    }

    /** Refreshes several, with one call of the loader for all that this process gets the lease of. */
    void refreshAll(Map<String, byte[]> entries, BulkLoading<V> loading) {
        if (entries.isEmpty()) {
            return;
        }
        BulkLoad<V> bulk =
                new BulkLoad<>(loading, parts.refreshes(), parts.nesting(), null, entries.keySet(), () -> {});
        entries.forEach((key, entry) -> refresh(key, entry, bulk::load, bulk::decided));
    }

    private void refresh(String key, byte[] entry, Loading<V> loading, Consumer<String> decided) {
        long now = System.nanoTime();
        Long until = now + parts.options().leaseTime().toNanos();
        Long other = underWay.putIfAbsent(key, until);
        if (other != null && (now - other < 0 || !underWay.replace(key, other, until))) {
            decided.accept(key);
            return;
        }
        byte[] id = CacheRecord.newId();
        parts.guard(key)
                .write(() -> parts.store()
                        .refresh(key, CacheRecord.id(entry), id, parts.options().leaseTime()))
                .exceptionally(failure -> {
                    parts.metrics().refreshSkipped();
                    return false;
                })
                .thenCompose(granted -> {
                    CompletionStage<@Nullable Answer<V>> loaded = granted
                            ? new Load<>(parts, key, loading, parts.refreshes(), Reason.REFRESH, null)
                                    .under(id)
                                    .thenApply(answer -> answer)
                            : CompletableFuture.completedFuture(null);
                    decided.accept(key);
                    return loaded;
                })
                // A failure has been counted, and concerns no caller.
                .whenComplete((answer, failure) -> underWay.remove(key, until));
    }
}
