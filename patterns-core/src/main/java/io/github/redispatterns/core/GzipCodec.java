package io.github.redispatterns.core;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Compresses another codec's bytes; unfolds no more than its bound. */
final class GzipCodec<T> implements Codec<T> {

    private final Codec<T> delegate;
    private final int maxPlainBytes;

    GzipCodec(Codec<T> delegate, int maxPlainBytes) {
        this.delegate = delegate;
        this.maxPlainBytes = maxPlainBytes;
    }

    /** The bound is one for plain and compressed bytes. */
    @Override
    public Codec<T> withMaxBytes(int maxBytes) {
        return delegate.withMaxBytes(maxBytes).gzip();
    }

    @Override
    public byte[] encode(T value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(delegate.encode(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a byte array does not fail to be written
        }
        return out.toByteArray();
    }

    @Override
    public T decode(byte[] bytes) {
        byte[] plain;
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            plain = gzip.readNBytes(maxPlainBytes + 1);
        } catch (IOException e) {
            throw new CodecException("The value is not gzip", e);
        }
        return delegate.decode(plain);
    }
}
