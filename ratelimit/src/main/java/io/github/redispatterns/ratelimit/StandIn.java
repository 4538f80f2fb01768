package io.github.redispatterns.ratelimit;

/** Decides on one limit, or several, in place of a Redis that does not answer. */
interface StandIn<K, R extends Terms> {

    Decision decide(R terms, K key, long cost);

    /** On one permit that is not taken. */
    Decision peek(R terms, K key);

    void reset(K key);
}
