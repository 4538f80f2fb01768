package io.github.redispatterns.ratelimit;

/** What a call is decided by: one limit, or several. */
interface Terms {

    /**
     * Refuses what could never be granted.
     *
     * @throws IllegalArgumentException if it is not from 1 to the most that may be taken at once
     */
    void checkCost(long cost);
}
