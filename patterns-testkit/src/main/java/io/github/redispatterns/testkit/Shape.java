package io.github.redispatterns.testkit;

import java.util.List;

/** What differs from topology to topology. */
sealed interface Shape permits StandaloneShape, SentinelShape, ClusterShape {

    Topology topology();

    String uri();

    List<String> uris();

    List<RedisNode> nodes();

    List<RedisNode> sentinels();

    List<RedisNode> masters();

    RedisNode masterOf(String key);

    void failover();

    /** Waits until every node has its role, its links and the same view as all the others. */
    void awaitWhole();
}
