package io.github.redispatterns.cacheaside;

/** What a look at a key has found. */
sealed interface Found<V> {

    /** An entry. */
    record Value<V>(V value) implements Found<V> {}

    /** The lease of a load, here or elsewhere. */
    record Leased<V>() implements Found<V> {}

    /** Nothing. */
    record Absent<V>() implements Found<V> {}

    /** Bytes that cannot be read; whoever takes the lease replaces exactly these. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Unreadable<V>(byte[] record) implements Found<V> {}
}
