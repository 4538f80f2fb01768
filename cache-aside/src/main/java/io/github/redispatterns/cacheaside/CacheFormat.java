package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Codec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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

    /** Bytes that cannot be read count as missing: a cache must not make its readers fail. */
    Found<V> read(byte @Nullable [] record) {
        if (record == null) {
            return new Found.Missing<>(CacheStore.NONE);
        }
        if (CacheRecord.isLease(record)) {
            return new Found.Leased<>();
        }
        byte[] value = CacheRecord.value(record);
        if (value != null) {
            try {
                return new Found.Value<>(codec.decode(value));
            } catch (RuntimeException e) { // the codec may be the caller's own; the content may be in its message
                metrics.unreadable();
                return new Found.Missing<>(sha1(record));
            }
        }
        metrics.unreadable();
        return new Found.Missing<>(sha1(record));
    }

    private static String sha1(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-1", e);
        }
    }
}
