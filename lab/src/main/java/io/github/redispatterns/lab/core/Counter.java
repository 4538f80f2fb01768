package io.github.redispatterns.lab.core;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.resource.ClientResources;
import java.util.concurrent.TimeUnit;

/** A client that counts something by {@code INCR}; the two answers. */
interface Counter extends AutoCloseable {

    /** Adds one. */
    long increment(String key);

    @Override
    void close();

    /** Lettuce as it comes. */
    static Counter naive(Context context, ClientResources resources) {
        if (context.deployment().topology() == Topology.CLUSTER) {
            RedisClusterClient client = RedisClusterClient.create(
                    resources,
                    context.deployment().uris().stream().map(RedisURI::create).toList());
            return new Naive(client.connect().sync(), () -> client.shutdown(0, 1, TimeUnit.SECONDS));
        }
        RedisClient client = RedisClient.create(
                resources, RedisURI.create(context.deployment().uri()));
        return new Naive(client.connect().sync(), () -> client.shutdown(0, 1, TimeUnit.SECONDS));
    }

    /** Our handle with its default deadlines. */
    static Counter recipe(Context context, ClientResources resources) {
        RedisOptions options = RedisOptions.builder().clientResources(resources).build();
        return new Recipe(context.open(options));
    }

    /** Plain Lettuce. */
    record Naive(RedisClusterCommands<String, String> commands, Runnable end) implements Counter {

        @Override
        public long increment(String key) {
            return commands.incr(key);
        }

        @Override
        public void close() {
            end.run();
        }
    }

    /** The handle. */
    record Recipe(Redis redis) implements Counter {

        @Override
        public long increment(String key) {
            return redis.<Long>execute(commands -> commands.incr(key));
        }

        @Override
        public void close() {
            redis.close();
        }
    }
}
