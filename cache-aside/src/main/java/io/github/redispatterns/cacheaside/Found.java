package io.github.redispatterns.cacheaside;

/** What a look at a key has found. */
sealed interface Found<V> {

    /** An entry. */
    record Value<V>(V value) implements Found<V> {}

    /** The lease of a load, here or elsewhere. */
    record Leased<V>() implements Found<V> {}

    /** Nothing, or bytes that cannot be read: then their SHA-1 says which. */
    record Missing<V>(String unreadable) implements Found<V> {}
}
