package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Codec;
import org.jspecify.annotations.Nullable;

/** Tells what stands at a key, and writes what shall stand there. */
final class CacheFormat<V> {

    private final Codec<V> codec;
    private final CacheMetrics metrics;

    CacheFormat(Codec<V> codec, CacheMetrics metrics) {
        this.codec = codec.bounded();
        this.metrics = metrics;
    }

    byte[] encode(V value) {
        return codec.encode(value);
    }

    Found<V> read(byte @Nullable [] record) {
        if (record == null) {
            return new Found.Absent<>();
        }
        if (CacheRecord.isLease(record)) {
            return new Found.Leased<>();
        }
        byte[] value = CacheRecord.value(record);
        if (value != null) {
            try {
                return new Found.Value<>(codec.decode(value));
            } catch (RuntimeException e) {
                // Not kept: the codec may be the caller's own, and quote the content. A cache must not make readers
                // fail.
                metrics.unreadable();
                return new Found.Unreadable<>(record);
            }
        }
        metrics.unreadable();
        return new Found.Unreadable<>(record);
    }
}
