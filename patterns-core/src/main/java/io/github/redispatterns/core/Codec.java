package io.github.redispatterns.core;

/**
 * Turns values of one type into bytes and back. Codecs are explicit and chosen by the caller, and every codec that this
 * library hands out is bounded in size.
 *
 * <p><b>Guarantees</b>: a value over the bound is refused on {@link #encode} before any I/O, and bytes over the bound on
 * {@link #decode} before they are parsed. No content appears in an exception.
 *
 * <p><b>Does not guarantee</b>: compatibility between versions of a type. To change a type incompatibly, change the
 * {@link KeySpace}.
 *
 * <p><b>Thread safety</b>: implementations must be safe for concurrent use; ours are immutable.
 *
 * @param <T> the type of the values
 */
public interface Codec<T> {

    /** The bound of every codec of this library unless told otherwise: 1 MiB. */
    int DEFAULT_MAX_BYTES = 1 << 20;

    /**
     * Writes a value.
     *
     * @param value the value
     * @return its bytes
     * @throws IllegalArgumentException if the value is null, cannot be written, or is over the bound
     */
    byte[] encode(T value);

    /**
     * Reads a value.
     *
     * @param bytes what {@link #encode} wrote
     * @return the value
     * @throws CodecException if the bytes are not a value of this type
     */
    T decode(byte[] bytes);

    /**
     * Text as UTF-8, up to 1 MiB. Text with unpaired surrogates is refused.
     *
     * @return the codec
     */
    static Codec<String> utf8() {
        return new BoundedCodec<>(Utf8Codec.INSTANCE, DEFAULT_MAX_BYTES);
    }

    /**
     * Bytes as they are, up to 1 MiB.
     *
     * @return the codec
     */
    static Codec<byte[]> bytes() {
        return new BoundedCodec<>(BytesCodec.INSTANCE, DEFAULT_MAX_BYTES);
    }

    /**
     * This codec with another bound, in place of the one it had.
     *
     * @param maxBytes the most bytes that a value may take, from 1 to 512 MiB
     * @return the bounded codec
     * @throws IllegalArgumentException if the bound is out of range
     */
    default Codec<T> withMaxBytes(int maxBytes) {
        return new BoundedCodec<>(this, maxBytes);
    }

    /**
     * This codec if it has a bound, else this codec with a bound of 1 MiB. Recipes call it on whatever codec they are
     * given.
     *
     * @return a bounded codec
     */
    default Codec<T> bounded() {
        return withMaxBytes(DEFAULT_MAX_BYTES);
    }

    /**
     * This codec with its bytes compressed by gzip. The bound holds for the plain and for the compressed bytes, so that
     * a small compressed value cannot unfold into a huge one.
     *
     * @return the compressing codec
     */
    default Codec<T> gzip() {
        return bounded().gzip();
    }
}
