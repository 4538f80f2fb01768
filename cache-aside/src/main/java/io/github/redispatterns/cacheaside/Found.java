package io.github.redispatterns.cacheaside;

import org.jspecify.annotations.Nullable;

/** What a look at a key has found. */
sealed interface Found<V> {

    /**
     * An entry.
     *
     * @param value the value, or null for the note that the source of truth has none
     * @param record all of its bytes, for the header's sake
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry<V>(@Nullable V value, byte[] record) implements Found<V> {}

    /** The lease of a load, here or elsewhere. */
    record Leased<V>() implements Found<V> {}

    /** Nothing. */
    record Absent<V>() implements Found<V> {}

    /** Bytes that cannot be read; whoever takes the lease replaces exactly these. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Unreadable<V>(byte[] record) implements Found<V> {}

    /** It is not known what the key holds, or it must not be used: the source of truth has to be asked. */
    record Unknown<V>(Throwable failure) implements Found<V> {}
}
