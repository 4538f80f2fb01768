package io.github.redispatterns.cacheaside;

/** Where the answer of a {@link CacheAside#lookup} came from. */
public enum Source {
    /** It was in Redis, perhaps after a wait for whoever loaded it. */
    REDIS,
    /**
     * This process loaded it, and stored it unless the loader or the options say not to; or Redis failed before it
     * confirmed.
     */
    LOADED,
    /** It was in Redis, past its soft time to live; it is being refreshed in the background. */
    STALE,
    /** Redis holds the note that the source of truth has no value. */
    NEGATIVE,
    /**
     * This process loaded it, but may not store it: a write has overtaken the load, or its lease has ended. The value may
     * already be old.
     */
    DISCARDED,
    /**
     * This process loaded it past the cache: Redis could not be used, an invalidation of this process has still to reach
     * Redis, or the wait for another's load has ended.
     */
    BYPASSED
}
