package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Codec;
import org.jspecify.annotations.Nullable;

/** Tells what stands at a key, and writes the values that shall stand there. */
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
        if (CacheRecord.isEntry(record)) {
            if (CacheRecord.isNegative(record)) {
                return new Found.Entry<>(null, record);
            }
            try {
                return new Found.Entry<>(codec.decode(CacheRecord.value(record)), record);
            } catch (RuntimeException | StackOverflowError e) {
                // Not kept: the codec may be the caller's own, and quote the content. A cache must not make readers
                // fail.
                metrics.unreadable();
                return new Found.Unreadable<>(record);
            }
        }
        if (CacheRecord.isLease(record)) {
            return new Found.Leased<>();
        }
        metrics.unreadable();
        return new Found.Unreadable<>(record);
    }
}
