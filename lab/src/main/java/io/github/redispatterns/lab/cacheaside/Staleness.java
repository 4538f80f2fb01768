package io.github.redispatterns.lab.cacheaside;

/**
 * What was found to be stale.
 *
 * @param caches interleavings after which the cache held a value older than the database's
 * @param reads reads that began after an invalidation had returned, and were answered with a value from before it
 */
record Staleness(long caches, long reads) {

    static final Staleness NONE = new Staleness(0, 0);

    Staleness plus(Staleness other) {
        return new Staleness(caches + other.caches, reads + other.reads);
    }
}
