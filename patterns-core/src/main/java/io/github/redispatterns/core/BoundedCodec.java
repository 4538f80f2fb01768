package io.github.redispatterns.core;

/** Refuses values over a size before they are sent, and bytes over it before they are parsed. */
final class BoundedCodec<T> implements Codec<T> {

    private static final int SERVER_LIMIT = 512 << 20;

    private final Codec<T> delegate;
    private final int maxBytes;

    BoundedCodec(Codec<T> delegate, int maxBytes) {
        this.delegate = delegate;
        this.maxBytes = Check.range("maxBytes", maxBytes, 1, SERVER_LIMIT);
    }

    @Override
    public byte[] encode(T value) {
        byte[] bytes = delegate.encode(Check.notNull("value", value));
        if (bytes.length > maxBytes) {
            throw new IllegalArgumentException(
                    "value: takes " + bytes.length + " bytes, over the bound of " + maxBytes);
        }
        return bytes;
    }

    @Override
    public T decode(byte[] bytes) {
        if (bytes.length > maxBytes) {
            throw new CodecException(
                    "The value takes " + bytes.length + " bytes, over the codec's bound of " + maxBytes, null);
        }
        return delegate.decode(bytes);
    }

    @Override
    public Codec<T> withMaxBytes(int newMaxBytes) {
        return delegate.withMaxBytes(newMaxBytes);
    }

    @Override
    public Codec<T> bounded() {
        return this;
    }

    @Override
    public Codec<T> gzip() {
        return new BoundedCodec<>(new GzipCodec<>(this, maxBytes), maxBytes);
    }
}
