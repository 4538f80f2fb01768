package io.github.redispatterns.core;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A connection that one user has alone, for commands that block.
 *
 * <p><b>Guarantees</b>: {@code BLPOP}, {@code XREAD}, {@code XREADGROUP} and their like wait as long as they were told
 * to; all other commands have the handle's timeout. Nothing else is sent over it.
 *
 * <p><b>Does not guarantee</b>: timeouts at all when the handle was made of a borrowed client; its own options decide.
 *
 * <p><b>Cost</b>: one connection (on a Cluster one per master).
 *
 * <p><b>Thread safety</b>: safe, but a blocking command holds up those sent after it.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class DedicatedConnection<K, V> implements AutoCloseable {

    private final Driver driver;
    private final StatefulConnection<K, V> connection;
    private final RedisClusterAsyncCommands<K, V> commands;
    private final Consumer<DedicatedConnection<?, ?>> onClose;

    DedicatedConnection(
            Driver driver,
            StatefulConnection<K, V> connection,
            RedisClusterAsyncCommands<K, V> commands,
            Consumer<DedicatedConnection<?, ?>> onClose) {
        this.driver = driver;
        this.connection = connection;
        this.commands = commands;
        this.onClose = onClose;
    }

    /**
     * The commands over this connection.
     *
     * @return Lettuce's commands; failures arrive as Lettuce throws them
     */
    public RedisClusterAsyncCommands<K, V> commands() {
        return commands;
    }

    /** Those over the one connection to the master that holds a key. */
    CompletionStage<? extends RedisClusterAsyncCommands<K, V>> commandsAt(byte[] key) {
        return driver.commandsAt(connection, key);
    }

    /** A master has refused what was sent there: it may be another's by now. */
    void suspectTopology() {
        driver.suspectTopology();
    }

    /** Closes the connection; a blocked command fails. Idempotent. */
    @Override
    public void close() {
        onClose.accept(this);
        connection.close();
    }
}
