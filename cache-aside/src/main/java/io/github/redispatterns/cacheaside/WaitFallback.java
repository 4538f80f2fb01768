package io.github.redispatterns.cacheaside;

/**
 * What a caller does that has waited {@link CacheAsideOptions#maxWait()} for another's load. A stale value never comes to
 * this: whoever finds one is served at once.
 */
public enum WaitFallback {
    /** It fails with {@link LoadTimeoutException}. */
    FAIL,
    /** It loads by itself, among at most {@link CacheAsideOptions#maxBypassLoads()}, and stores nothing. */
    LOAD
}
