package io.github.redispatterns.core;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What differs between a Cluster and all else: how connections are opened and commands put over them. */
sealed interface Driver permits SingleMasterDriver, ClusterDriver {

    /** Who closes the client. */
    enum Ownership {
        OWNED,
        BORROWED
    }

    Topology topology();

    /** Hosts and ports, without credentials. */
    String address();

    Ownership ownership();

    <K, V> CompletableFuture<? extends StatefulConnection<K, V>> connect(RedisCodec<K, V> codec);

    CompletableFuture<? extends StatefulRedisPubSubConnection<String, byte[]>> connectPubSub();

    /** The commands over a connection of this driver, with any codec. */
    <K, V> RedisClusterAsyncCommands<K, V> commands(
            StatefulConnection<?, ?> connection, RedisCodec<K, V> codec, CodecViews.EndedBy endedBy);

    /** Null unless it is a Cluster. */
    @Nullable Masters masters(StatefulConnection<?, ?> connection);

    /** Those over the one connection of it to the master that holds a key; they follow no redirection. */
    <K, V> CompletableFuture<? extends RedisClusterAsyncCommands<K, V>> commandsAt(
            StatefulConnection<K, V> connection, byte[] key);

    /** A command got no reply in time: the server that owns its key may have been replaced. */
    void suspectTopology();

    /** Ends the client and its threads if they are ours. */
    void shutdown();
}
