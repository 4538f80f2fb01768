package io.github.redispatterns.cacheaside;

/** Where a value came from. */
enum Source {
    /** It was in Redis, perhaps after a wait for whoever loaded it. */
    REDIS,
    /** This process loaded it. */
    LOADED
}
