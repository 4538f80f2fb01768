package io.github.redispatterns.cacheaside;

/**
 * What a caller does once it has waited {@link CacheAsideOptions#maxWait()} for another's load. Whoever finds a stale value
 * is served at once and never waits.
 */
public enum WaitFallback {
    /** It fails with {@link LoadTimeoutException}. */
    FAIL,
    /**
     * It loads by itself, among at most {@link CacheAsideOptions#maxBypassLoads()}, and stores nothing; for its turn it waits
     * at most {@link CacheAsideOptions#maxWait()} once more.
     */
    LOAD
}
