package io.github.redispatterns.core;

import io.github.redispatterns.testkit.RedisDeployment;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.List;

/** Opens handles on the testkit's deployments. */
final class Handles {

    static final Duration TTL = Duration.ofMinutes(5);

    private Handles() {}

    static Redis open(RedisDeployment deployment) {
        return open(deployment, RedisOptions.builder());
    }

    static Redis open(RedisDeployment deployment, RedisOptions.Builder options) {
        return switch (deployment.topology()) {
            case STANDALONE, SENTINEL -> Redis.connect(deployment.uri(), options.build());
            case CLUSTER ->
                Redis.connectCluster(options.build(), deployment.uris().toArray(String[]::new));
        };
    }

    /** A handle on a client of the caller's, which runs once the handle is closed. */
    static Redis borrowing(RedisDeployment deployment, RedisClient client, RedisClusterClient clusterClient) {
        return switch (deployment.topology()) {
            case STANDALONE, SENTINEL -> Redis.of(client, RedisURI.create(deployment.uri()));
            case CLUSTER -> Redis.of(clusterClient);
        };
    }

    static void set(Redis redis, String key, String value) {
        redis.execute(c -> c.set(key, value, SetArgs.Builder.px(TTL)));
    }

    static String get(Redis redis, String key) {
        return redis.execute(c -> c.get(key));
    }

    static RedisClusterClient clusterClient(RedisDeployment deployment) {
        List<RedisURI> seeds = deployment.uris().stream().map(RedisURI::create).toList();
        return RedisClusterClient.create(seeds);
    }
}
