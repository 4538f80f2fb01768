package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The Redis of a run, seen from the parent over a connection that it keeps: its handshake is in no count. */
public final class BenchServer implements AutoCloseable {

    private final RedisDeployment deployment;
    private final RedisClient client;
    private final RedisCommands<byte[], byte[]> commands;

    /**
     * Connects.
     *
     * @param deployment the Redis; stays open
     * @throws IllegalArgumentException if it is more than one server
     */
    public BenchServer(RedisDeployment deployment) {
        if (deployment.topology() != Topology.STANDALONE) {
            throw new IllegalArgumentException(
                    "Benchmarks need a single server, and this is a " + deployment.topology());
        }
        this.deployment = deployment;
        this.client = RedisClient.create(deployment.uri());
        StatefulRedisConnection<byte[], byte[]> connection;
        try {
            connection = client.connect(ByteArrayCodec.INSTANCE);
        } catch (RuntimeException e) {
            client.shutdown();
            throw e;
        }
        this.commands = connection.sync();
    }

    String uri() {
        return deployment.uri();
    }

    Server describe() {
        return new Server(deployment.version(), deployment.topology().name());
    }

    CommandStats commandStats() {
        return CommandStats.parse(commands.info("commandstats"), commands.info("stats"));
    }

    Footprint weigh(String prefix) {
        List<byte[]> keys = keys(prefix);
        return new Footprint(keys.size(), keys.stream().mapToLong(this::bytes).sum());
    }

    void delete(String prefix) {
        keys(prefix).forEach(commands::unlink);
    }

    /** SAMPLES 0: every element of a collection is weighed. */
    private long bytes(byte[] key) {
        CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE)
                .add("USAGE")
                .addKey(key)
                .add("SAMPLES")
                .add(0);
        Long bytes = commands.dispatch(CommandType.MEMORY, new IntegerOutput<>(ByteArrayCodec.INSTANCE), arguments);
        return bytes == null ? 0 : bytes; // it may just have expired
    }

    private List<byte[]> keys(String prefix) {
        List<byte[]> keys = new ArrayList<>();
        ScanArgs ours = ScanArgs.Builder.matches(("*" + prefix + "*").getBytes(StandardCharsets.UTF_8))
                .limit(1000);
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            KeyScanCursor<byte[]> page = commands.scan(cursor, ours);
            keys.addAll(page.getKeys());
            cursor = page;
        } while (!cursor.isFinished());
        return keys;
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
