package io.github.redispatterns.core;

/** How the servers of one deployment are arranged. */
public enum Topology {
    /** One server. */
    STANDALONE,
    /** One master with replicas, watched by Sentinels. */
    SENTINEL,
    /** A Redis Cluster: keys are spread over masters by hash slot. */
    CLUSTER
}
