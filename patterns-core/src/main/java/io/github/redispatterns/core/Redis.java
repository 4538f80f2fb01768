package io.github.redispatterns.core;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One handle on one Redis deployment: a single server, a master watched by Sentinels, or a Cluster.
 *
 * <p><b>Guarantees</b>: {@link #execute} runs a command at most once, and its failure says by type whether the command
 * {@linkplain NotExecutedException was not executed} or {@linkplain UnknownOutcomeException may have been}. A call ends
 * within {@link RedisOptions#commandTimeout()} + 100 ms. Ordinary commands, subscriptions and blocking commands never
 * share a connection.
 *
 * <p><b>Does not guarantee</b>: at-most-once for a borrowed client that replays commands after a reconnect, which is
 * Lettuce's default; the handle warns of it once. Nor that a write survives a failover: Redis replicates
 * asynchronously.
 *
 * <p><b>Cost</b>: one connection (on a Cluster one per master), one more with the first subscription, and one per
 * {@link #openDedicated}. Opening costs one connect and handshake.
 *
 * <p><b>Thread safety</b>: safe for concurrent use; one handle per deployment and process is enough.
 *
 * <p><b>Source</b>: Lettuce reference, "Connection Events", "Client Options".
 */
public final class Redis implements AutoCloseable {

    /** Keys as UTF-8, values as bytes: what most recipes speak. Its commands are made once per handle. */
    public static final RedisCodec<String, byte[]> KEYS_AND_BYTES =
            RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    private final Driver driver;
    private final RedisOptions options;
    private final StatefulConnection<byte[], byte[]> connection;
    private final CommandViews callViews;
    private final CommandViews userViews;

    private final CoreMetrics metrics;
    private final Calls calls;
    private final PubSub pubSub;
    private final Set<DedicatedConnection<?, ?>> dedicated = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    private Redis(Driver driver, RedisOptions options) {
        this.driver = driver;
        this.options = options;
        this.metrics = new CoreMetrics(options.meterRegistry()); // first: it may fail, and must not leave a connection
        this.connection = Connector.open(driver, options);
        this.callViews = new CommandViews(driver, connection, CodecViews.EndedBy.CALL);
        this.userViews = new CommandViews(driver, connection, CodecViews.EndedBy.LETTUCE);
        this.calls = new Calls(options.commandTimeout(), metrics, driver::suspectTopology);
        this.pubSub = new PubSub(driver, options, metrics);
    }

    /**
     * Opens a handle on one server or on a master watched by Sentinels, with default options.
     *
     * @param uri {@code redis://[user:password@]host:port[/database]}, {@code rediss://…} for TLS, or
     *     {@code redis-sentinel://host:port,host:port/database#master}
     * @return the handle; close it
     * @throws IllegalArgumentException if the URI is not one of these
     * @throws ConnectionFailedException if no connection could be opened within the connect timeout
     */
    public static Redis connect(String uri) {
        return connect(uri, RedisOptions.defaults());
    }

    /**
     * Opens a handle on one server or on a master watched by Sentinels.
     *
     * @param uri as for {@link #connect(String)}
     * @param options how the handle behaves
     * @return the handle; close it
     * @throws IllegalArgumentException if the URI is not one of those
     * @throws ConnectionFailedException if no connection could be opened within the connect timeout
     */
    public static Redis connect(String uri, RedisOptions options) {
        return open(Connector.singleMaster(uri, Check.notNull("options", options)), options);
    }

    /**
     * Opens a handle on a Cluster, with default options.
     *
     * @param uris some of its nodes, {@code redis://} or {@code rediss://}; the others are found through them
     * @return the handle; close it
     * @throws IllegalArgumentException if there is no URI or one is not of these forms
     * @throws ConnectionFailedException if none of the nodes could be reached within the connect timeout
     */
    public static Redis connectCluster(String... uris) {
        return connectCluster(RedisOptions.defaults(), uris);
    }

    /**
     * Opens a handle on a Cluster.
     *
     * @param options how the handle behaves
     * @param uris as for {@link #connectCluster(String...)}
     * @return the handle; close it
     * @throws IllegalArgumentException if there is no URI or one is not of those forms
     * @throws ConnectionFailedException if none of the nodes could be reached within the connect timeout
     */
    public static Redis connectCluster(RedisOptions options, String... uris) {
        Check.notNull("uris", uris);
        return open(Connector.cluster(Arrays.asList(uris), Check.notNull("options", options)), options);
    }

    /**
     * Opens a handle on a Lettuce client that you already have. Closing the handle closes the connections that it
     * opened, and nothing else.
     *
     * @param client the client; for at-most-once calls it needs {@code DisconnectedBehavior.REJECT_COMMANDS}
     * @param uri where to connect: one server, or Sentinels
     * @return the handle; close it before the client
     * @throws ConnectionFailedException if no connection could be opened within the connect timeout
     */
    public static Redis of(RedisClient client, RedisURI uri) {
        return of(client, uri, RedisOptions.defaults());
    }

    /**
     * Opens a handle on a Lettuce client that you already have, with options. Those that shape a client
     * ({@code clientResources}, {@code sslOptions}, {@code flushMode}) have no effect.
     *
     * @param client the client
     * @param uri where to connect: one server, or Sentinels
     * @param options how the handle behaves
     * @return the handle; close it before the client
     * @throws ConnectionFailedException if no connection could be opened within the connect timeout
     */
    public static Redis of(RedisClient client, RedisURI uri, RedisOptions options) {
        Check.notNull("client", client);
        Check.notNull("uri", uri);
        return open(new SingleMasterDriver(client, uri, Driver.Ownership.BORROWED), Check.notNull("options", options));
    }

    /**
     * Opens a handle on a Lettuce Cluster client that you already have. Closing the handle closes the connections that
     * it opened, and nothing else.
     *
     * @param client the client; for at-most-once calls it needs {@code DisconnectedBehavior.REJECT_COMMANDS}
     * @return the handle; close it before the client
     * @throws ConnectionFailedException if no connection could be opened within the connect timeout
     */
    public static Redis of(RedisClusterClient client) {
        return of(client, RedisOptions.defaults());
    }

    /**
     * Opens a handle on a Lettuce Cluster client that you already have, with options. Those that shape a client have no
     * effect.
     *
     * @param client the client
     * @param options how the handle behaves
     * @return the handle; close it before the client
     * @throws ConnectionFailedException if no connection could be opened within the connect timeout
     */
    public static Redis of(RedisClusterClient client, RedisOptions options) {
        Check.notNull("client", client);
        Check.notNull("options", options);
        return open(new ClusterDriver(client, Driver.Ownership.BORROWED, options.connectTimeout()), options);
    }

    private static Redis open(Driver driver, RedisOptions options) {
        try {
            return new Redis(driver, options);
        } catch (RuntimeException e) {
            driver.shutdown();
            throw e;
        }
    }

    /**
     * How the servers are arranged.
     *
     * @return the topology
     */
    public Topology topology() {
        return driver.topology();
    }

    /**
     * The masters as this handle sees them.
     *
     * @return null unless the topology is {@link Topology#CLUSTER}: then there is one
     */
    public @Nullable Masters masters() {
        return driver.masters(connection);
    }

    /**
     * The options that the handle was opened with.
     *
     * @return the options
     */
    public RedisOptions options() {
        return options;
    }

    /**
     * Runs one command on UTF-8 keys and values, at most once. Not for blocking commands: they hold up every other caller,
     * the call ends at its deadline all the same, and what the command takes later is lost; see {@link #openDedicatedAsync}.
     *
     * @param command what to send, such as {@code c -> c.incr(key)}; called again only after an attempt that was not
     *     executed
     * @param <T> the type of the reply
     * @return the reply; fails with {@link NotExecutedException}, {@link UnknownOutcomeException}, or Lettuce's
     *     {@code RedisCommandExecutionException} for an error reply. It completes on a thread that others wait for: do not block
     *     there
     */
    public <T extends @Nullable Object> CompletionStage<T> executeAsync(
            Function<? super RedisClusterAsyncCommands<String, String>, ? extends CompletionStage<T>> command) {
        Check.notNull("command", command);
        return calls.run(Call.Repeat.IF_NOT_EXECUTED, () -> command.apply(callViews.strings()), null);
    }

    /**
     * Runs one command on UTF-8 keys and values, at most once, and waits for its reply.
     *
     * @param command what to send; called again only after an attempt that was not executed
     * @param <T> the type of the reply
     * @return the reply
     * @throws NotExecutedException if it was refused until the deadline
     * @throws UnknownOutcomeException if no reply came
     */
    public <T extends @Nullable Object> T execute(
            Function<? super RedisClusterAsyncCommands<String, String>, ? extends CompletionStage<T>> command) {
        return Sync.await(executeAsync(command));
    }

    /**
     * Runs one command with another codec over the same connection, at most once.
     *
     * @param codec how keys and values are written and read
     * @param command what to send; called again only after an attempt that was not executed
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @param <T> the type of the reply
     * @return the reply; fails as {@link #executeAsync(Function)} does
     */
    public <K, V, T extends @Nullable Object> CompletionStage<T> executeAsync(
            RedisCodec<K, V> codec,
            Function<? super RedisClusterAsyncCommands<K, V>, ? extends CompletionStage<T>> command) {
        Check.notNull("command", command);
        RedisClusterAsyncCommands<K, V> view = callViews.of(codec);
        return calls.run(Call.Repeat.IF_NOT_EXECUTED, () -> command.apply(view), null);
    }

    /**
     * Runs one command with another codec over the same connection, at most once, and waits for its reply.
     *
     * @param codec how keys and values are written and read
     * @param command what to send; called again only after an attempt that was not executed
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @param <T> the type of the reply
     * @return the reply
     * @throws NotExecutedException if it was refused until the deadline
     * @throws UnknownOutcomeException if no reply came
     */
    public <K, V, T extends @Nullable Object> T execute(
            RedisCodec<K, V> codec,
            Function<? super RedisClusterAsyncCommands<K, V>, ? extends CompletionStage<T>> command) {
        return Sync.await(executeAsync(codec, command));
    }

    /**
     * Lettuce's own commands over the shared connection, with UTF-8 keys and values: no retries, and failures as Lettuce
     * throws them, up to 200 ms after the timeout. Never use blocking commands or transactions here; they would hold up every other caller.
     *
     * @return the commands
     */
    public RedisClusterAsyncCommands<String, String> commands() {
        return userViews.strings();
    }

    /**
     * Lettuce's own commands over the shared connection, with a codec of the caller's; see {@link #commands()}.
     *
     * @param codec how keys and values are written and read
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @return the commands
     */
    public <K, V> RedisClusterAsyncCommands<K, V> commands(RedisCodec<K, V> codec) {
        return userViews.of(codec);
    }

    /**
     * The subscriptions of this handle, which share one connection. It is opened with the first of them.
     *
     * @return the subscriptions
     */
    public PubSub pubSub() {
        return pubSub;
    }

    /**
     * Opens a connection for one user alone, for blocking reads. Blocking commands on it have no timeout but their own.
     *
     * @param codec how keys and values are written and read
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @return the connection; close it, or the handle does. Fails with {@link ConnectionFailedException} if it could not
     *     be opened within the connect timeout
     */
    public <K, V> CompletionStage<DedicatedConnection<K, V>> openDedicatedAsync(RedisCodec<K, V> codec) {
        Check.notNull("codec", codec);
        if (closed.get()) {
            return CompletableFuture.failedFuture(new IllegalStateException("The Redis handle is closed"));
        }
        return Connector.within(() -> driver.connect(codec), driver.address(), options.connectTimeout())
                .thenApply(opened -> {
                    DedicatedConnection<K, V> connected = new DedicatedConnection<>(
                            driver,
                            opened,
                            driver.commands(opened, codec, CodecViews.EndedBy.LETTUCE),
                            dedicated::remove);
                    dedicated.add(connected);
                    if (closed.get()) { // lost a race with close(), which may not have seen it
                        connected.close();
                    }
                    return connected;
                });
    }

    /**
     * Opens a connection for one user alone, for blocking reads, and waits for it.
     *
     * @param codec how keys and values are written and read
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @return the connection; close it, or the handle does
     * @throws ConnectionFailedException if it could not be opened within the connect timeout
     */
    public <K, V> DedicatedConnection<K, V> openDedicated(RedisCodec<K, V> codec) {
        return Sync.await(openDedicatedAsync(codec));
    }

    /**
     * Where the metrics of this handle go, for recipes to add their own.
     *
     * @return the registry given in the options, or one that records nothing
     */
    public MeterRegistry meterRegistry() {
        return metrics.registry();
    }

    /**
     * Closes every connection that this handle opened, and the client behind them if the handle made it. Idempotent. On
     * an I/O thread of Lettuce, which cannot wait for its own end, it returns at once and closes in the background.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        calls.close();
        if (Sync.isIoThread()) {
            CompletableFuture.runAsync(this::closeConnections);
        } else {
            closeConnections();
        }
    }

    private void closeConnections() {
        Set.copyOf(dedicated).forEach(DedicatedConnection::close);
        pubSub.close();
        connection.close();
        driver.shutdown();
    }

    RedisClusterAsyncCommands<byte[], byte[]> bytes() {
        return callViews.bytes();
    }

    Calls calls() {
        return calls;
    }

    /** Says where and how, never with which credentials. */
    @Override
    public String toString() {
        return "Redis[" + driver.topology() + ' ' + driver.address() + ']';
    }
}
