package io.github.redispatterns.core;

import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.PartitionSelectorException;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** A Redis Cluster. */
final class ClusterDriver implements Driver {

    private static final long REFRESH_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong lastRefresh = new AtomicLong(System.nanoTime());
    private final RedisClusterClient client;
    private final Ownership ownership;
    /** How long to wait for the slowest master when a connection is opened. */
    private final long mastersMillis;

    private final String address;

    ClusterDriver(RedisClusterClient client, Ownership ownership, Duration connectTimeout) {
        this(client, ownership, connectTimeout, "Cluster");
    }

    private ClusterDriver(RedisClusterClient client, Ownership ownership, Duration connectTimeout, String address) {
        this.client = client;
        this.ownership = ownership;
        this.mastersMillis = Math.max(1, connectTimeout.toMillis() / 3);
        this.address = address;
    }

    static ClusterDriver owned(
            RedisClusterClient client, ClusterClientOptions options, Duration connectTimeout, List<RedisURI> seeds) {
        client.setOptions(options);
        return new ClusterDriver(
                client,
                Ownership.OWNED,
                connectTimeout,
                seeds.stream().map(Connector::address).collect(Collectors.joining(",")));
    }

    @Override
    public Topology topology() {
        return Topology.CLUSTER;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public Ownership ownership() {
        return ownership;
    }

    @Override
    public <K, V> CompletableFuture<? extends StatefulConnection<K, V>> connect(RedisCodec<K, V> codec) {
        return client.refreshPartitionsAsync()
                .toCompletableFuture()
                .thenCompose(refreshed -> client.connectAsync(codec))
                .thenCompose(this::openMasters);
    }

    /** A connection that is still being opened rejects commands, so the first one to each master would be lost. */
    private <K, V> CompletableFuture<StatefulRedisClusterConnection<K, V>> openMasters(
            StatefulRedisClusterConnection<K, V> connection) {
        CompletableFuture<?>[] opening = connection.getPartitions().stream()
                .filter(node -> node.is(NodeFlag.UPSTREAM) && !node.getSlots().isEmpty())
                .map(node -> connection.getConnectionAsync(
                        node.getUri().getHost(), node.getUri().getPort()))
                .toArray(CompletableFuture<?>[]::new);
        // A master that cannot be reached now must not keep the others from being used.
        return CompletableFuture.allOf(opening)
                .completeOnTimeout(null, mastersMillis, TimeUnit.MILLISECONDS)
                .handle((opened, failure) -> connection);
    }

    @Override
    public CompletableFuture<? extends StatefulRedisPubSubConnection<String, byte[]>> connectPubSub() {
        return client.connectPubSubAsync(Redis.KEYS_AND_BYTES);
    }

    @Override
    public <K, V> RedisClusterAsyncCommands<K, V> commands(
            StatefulConnection<?, ?> connection, RedisCodec<K, V> codec, CodecViews.EndedBy endedBy) {
        return CodecViews.cluster((StatefulRedisClusterConnection<?, ?>) connection, codec);
    }

    @Override
    public Masters masters(StatefulConnection<?, ?> connection) {
        return new ClusterMasters((StatefulRedisClusterConnection<?, ?>) connection);
    }

    @Override
    public <K, V> CompletableFuture<? extends RedisClusterAsyncCommands<K, V>> commandsAt(
            StatefulConnection<K, V> connection, byte[] key) {
        StatefulRedisClusterConnection<K, V> cluster = (StatefulRedisClusterConnection<K, V>) connection;
        int slot = SlotHash.getSlot(key);
        RedisClusterNode master = cluster.getPartitions().getMasterBySlot(slot);
        if (master == null) {
            return CompletableFuture.failedFuture(
                    new PartitionSelectorException("No master is known of slot " + slot, cluster.getPartitions()));
        }
        return cluster.getConnectionAsync(
                        master.getUri().getHost(), master.getUri().getPort())
                .thenApply(StatefulRedisConnection::async);
    }

    /** Lettuce looks anew when a connection breaks or is redirected, but a frozen master does neither. */
    @Override
    public void suspectTopology() {
        long now = System.nanoTime();
        long last = lastRefresh.get();
        if (now - last > REFRESH_PAUSE_NANOS && lastRefresh.compareAndSet(last, now)) {
            client.refreshPartitionsAsync();
        }
    }

    @Override
    public void shutdown() {
        if (ownership == Ownership.OWNED) {
            OwnResources.shutdown(client);
        }
    }
}
