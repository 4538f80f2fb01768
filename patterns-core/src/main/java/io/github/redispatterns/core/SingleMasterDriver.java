package io.github.redispatterns.core;

import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One server, or a master that Sentinels watch. */
record SingleMasterDriver(RedisClient client, RedisURI uri, Ownership ownership) implements Driver {

    @Override
    public Topology topology() {
        return uri.getSentinels().isEmpty() ? Topology.STANDALONE : Topology.SENTINEL;
    }

    @Override
    public String address() {
        return Connector.address(uri);
    }

    @Override
    public <K, V> CompletableFuture<? extends StatefulConnection<K, V>> connect(RedisCodec<K, V> codec) {
        if (topology() == Topology.STANDALONE) {
            return client.connectAsync(codec, uri).toCompletableFuture();
        }
        // Follows the Sentinels' events, so that it leaves a frozen or isolated master too, not only a dead one.
        return MasterReplica.connectAsync(client, codec, uri).thenApply(connection -> {
            connection.setReadFrom(ReadFrom.UPSTREAM);
            return connection;
        });
    }

    @Override
    public CompletableFuture<? extends StatefulRedisPubSubConnection<String, byte[]>> connectPubSub() {
        return client.connectPubSubAsync(Redis.KEYS_AND_BYTES, uri).toCompletableFuture();
    }

    @Override
    public <K, V> RedisClusterAsyncCommands<K, V> commands(
            StatefulConnection<?, ?> connection, RedisCodec<K, V> codec, CodecViews.EndedBy endedBy) {
        return CodecViews.singleMaster((StatefulRedisConnection<?, ?>) connection, codec, endedBy);
    }

    @Override
    public @Nullable Masters masters(StatefulConnection<?, ?> connection) {
        return null;
    }

    @Override
    public <K, V> CompletableFuture<? extends RedisClusterAsyncCommands<K, V>> commandsAt(
            StatefulConnection<K, V> connection, byte[] key) {
        return CompletableFuture.completedFuture(((StatefulRedisConnection<K, V>) connection).async());
    }

    @Override
    public void suspectTopology() {
        // One server has no other, and Sentinels tell of a new master by themselves.
    }

    @Override
    public void shutdown() {
        if (ownership == Ownership.OWNED) {
            OwnResources.shutdown(client);
        }
    }
}
