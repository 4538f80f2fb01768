package io.github.redispatterns.testkit;

/** The shape of a Redis deployment. */
public enum Topology {
    /** One server. */
    STANDALONE,
    /** One master, two replicas, and three sentinels that agree on who is master. */
    SENTINEL,
    /** Three masters that share the 16,384 slots, with one replica each. */
    CLUSTER
}
