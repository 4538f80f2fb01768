package io.github.redispatterns.cacheaside;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One call of a loader under a lease, and the fill that is discarded if the lease is gone by then. */
final class Load<V> {

    private final Reader<V> reader;
    private final CacheParts<V> parts;
    private final byte[] lease;
    private final long began = System.nanoTime();

    Load(Reader<V> reader, CacheParts<V> parts, byte[] lease) {
        this.reader = reader;
        this.parts = parts;
        this.lease = lease;
    }

    /** Fails as the loader does; a failure of Redis after it has answered does not take its value from the caller. */
    CompletionStage<FlightResult<V>> run() {
        return callLoader()
                .thenCompose(value -> value == null ? storeNothing() : store(value))
                .whenComplete((result, failure) -> {
                    if (failure != null) {
                        parts.metrics().loaded(CacheMetrics.Load.FAILED, began);
                    }
                });
    }

    private CompletionStage<@Nullable V> callLoader() {
        try {
            CompletionStage<? extends @Nullable V> loading = reader.loader().load(reader.key());
            if (loading == null) {
                throw new IllegalStateException("The loader returned null in place of a stage");
            }
            return loading.thenApply(value -> value);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<FlightResult<V>> store(V value) {
        byte[] entry = CacheRecord.entry(lease, parts.format().encode(value));
        CacheAsideOptions options = parts.options();
        long asked = System.nanoTime();
        return parts.store()
                .fill(reader.key(), lease, entry, Ttl.jittered(options.ttl(), options.jitter()))
                .handle((stored, failure) -> {
                    if (failure != null) { // what stands at the key is not known; it is this value, or none
                        parts.metrics().loaded(CacheMetrics.Load.FILL_FAILED, began);
                        return new FlightResult<>(value, Source.LOADED, began);
                    }
                    parts.metrics().loaded(stored ? CacheMetrics.Load.STORED : CacheMetrics.Load.DISCARDED, began);
                    return new FlightResult<>(value, Source.LOADED, stored ? asked : began);
                });
    }

    private CompletionStage<FlightResult<V>> storeNothing() {
        parts.metrics().loaded(CacheMetrics.Load.ABSENT, began);
        long asked = System.nanoTime();
        return parts.store().release(reader.key(), lease).handle((released, failure) -> {
            if (failure != null) {
                parts.metrics().releaseFailed();
            }
            boolean current = failure == null && released;
            return new FlightResult<>(null, Source.LOADED, current ? asked : began);
        });
    }
}
