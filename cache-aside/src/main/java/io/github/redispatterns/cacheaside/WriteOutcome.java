package io.github.redispatterns.cacheaside;

/**
 * What a write has done to the cache. After {@link #STORED} or {@link #REMOVED} no load that began before the write stores
 * its value.
 */
public enum WriteOutcome {
    /** The new value is in the cache. */
    STORED,
    /** The key is empty: the next reader loads. */
    REMOVED,
    /**
     * Redis could not be reached, or could not write, so other processes may go on reading the old value. The removal is tried again until
     * {@link CacheAsideOptions#invalidationRetry()} has passed; until it is done, this process reads the key from the
     * source of truth. If it is given up, {@link CacheAsideOptions#onInvalidationLost()} is told.
     */
    PENDING
}
