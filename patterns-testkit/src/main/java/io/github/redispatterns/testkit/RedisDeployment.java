package io.github.redispatterns.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A running real Redis of one topology.
 *
 * <p><b>Guarantees</b>: when {@link #start(Topology)} returns, every node has its role and is linked, and clients can connect.
 * Servers that the testkit started end with {@link #close()}, and also when the JVM dies, even by SIGKILL.
 *
 * <p><b>Does not guarantee</b>: persistence; servers save nothing unless {@link Builder#config(String, String)} says so.
 *
 * <p><b>Cost</b>: on two cores about 0.1 s for STANDALONE, 0.6 s for SENTINEL, 2.1 s for CLUSTER; a container adds its own
 * start.
 *
 * <p><b>Thread safety</b>: safe.
 */
public final class RedisDeployment implements AutoCloseable {

    private final Shape shape;
    private final String provider;
    private final String version;
    private final Backing backing;

    RedisDeployment(Shape shape, String provider, String version, Backing backing) {
        this.shape = shape;
        this.provider = provider;
        this.version = version;
        this.backing = backing;
    }

    /**
     * Prepares a deployment with servers of its own.
     *
     * @param topology its shape
     * @return a builder
     */
    public static Builder builder(Topology topology) {
        return new Builder(topology);
    }

    /**
     * Starts a deployment with servers of its own, from the first {@link Provider} at hand.
     *
     * @param topology its shape
     * @return the running deployment; close it
     * @throws TestkitException if no Redis of this topology can be had
     */
    public static RedisDeployment start(Topology topology) {
        return builder(topology).start();
    }

    /**
     * Gives the one deployment of this topology that all tests of this JVM share; the first call starts it, the JVM's end closes it.
     *
     * @param topology its shape
     * @return the running deployment
     * @throws TestkitException if no Redis of this topology can be had
     */
    public static RedisDeployment shared(Topology topology) {
        return SharedDeployments.get(topology);
    }

    /**
     * Says which shape this is.
     *
     * @return the topology
     */
    public Topology topology() {
        return shape.topology();
    }

    /**
     * Says where the servers come from.
     *
     * @return such as {@code embedded binary}, {@code container redis:8.2}, {@code binary /usr/bin/redis-server}, {@code REDIS_URI}
     */
    public String provider() {
        return provider;
    }

    /**
     * Says what the servers are.
     *
     * @return the version of the first node, as it reports it
     */
    public String version() {
        return version;
    }

    /**
     * Says how to connect, in Lettuce's form.
     *
     * @return {@code redis://127.0.0.1:6379}; {@code redis-sentinel://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3#main}; or a Cluster's first node
     */
    public String uri() {
        return shape.uri();
    }

    /**
     * Says how to connect.
     *
     * @return every node's URI for CLUSTER; else only {@link #uri()}
     */
    public List<String> uris() {
        return shape.uris();
    }

    /**
     * Lists the servers that hold data.
     *
     * @return those that were masters at the start first
     */
    public List<RedisNode> nodes() {
        return shape.nodes();
    }

    /**
     * Lists the sentinels.
     *
     * @return none unless the topology is SENTINEL
     */
    public List<RedisNode> sentinels() {
        return shape.sentinels();
    }

    /**
     * Asks the sentinels or the cluster who is master now.
     *
     * @return one for STANDALONE and SENTINEL, all that own slots for CLUSTER
     * @throws TestkitException if none of them answers
     */
    public List<RedisNode> masters() {
        return shape.masters();
    }

    /**
     * Asks which master holds a key.
     *
     * @param key a key, whether it exists or not
     * @return the owner of the key's slot, or the only master
     * @throws TestkitException if no node answers
     */
    public RedisNode masterOf(String key) {
        return shape.masterOf(key);
    }

    /**
     * Makes a replica the master: the only master's in SENTINEL, the first master's in CLUSTER. Returns when all sentinels, or all
     * nodes that run, name the new one.
     *
     * @throws UnsupportedOperationException for STANDALONE
     * @throws TestkitException if nobody takes over within 30 s
     */
    public void failover() {
        backing.faults().note();
        shape.failover();
    }

    /**
     * Begins to move a slot from its master to the next one.
     *
     * @param slot 0 to 16383
     * @return the open migration
     * @throws UnsupportedOperationException unless the topology is CLUSTER
     */
    public SlotMigration migrateSlot(int slot) {
        if (shape instanceof ClusterShape cluster) {
            return backing.faults().open(new SlotMigration(cluster, slot));
        }
        throw new UnsupportedOperationException(topology() + " has no slots to migrate");
    }

    /** Forgets all cached scripts on every data node, so that EVALSHA answers NOSCRIPT. */
    public void flushScripts() {
        nodes().forEach(node -> node.call(commands -> commands.scriptFlush()));
    }

    /** Closes every client connection (commands and pub/sub) on every data node; links between servers stay. */
    public void dropClients() {
        nodes().forEach(ClientKill::all);
    }

    /**
     * Lets no master take more data: {@code maxmemory} goes below what is used, without eviction, so that writes get OOM.
     *
     * @return close it to restore the former limits
     */
    public MemoryLimit fillMemory() {
        return backing.faults().open(MemoryLimit.on(masters()));
    }

    /**
     * Undoes all faults: restarts killed nodes, resumes frozen ones, ends open migrations and memory limits, and waits until the
     * topology is whole. Nothing happens if no fault was used since the last time. Masters stay where a failover put them.
     *
     * @throws TestkitException if it does not become whole within 30 s
     */
    public void heal() {
        backing.faults().heal(shape);
    }

    /** Ends all servers and removes their files; a Redis that was given by URI goes on. */
    @Override
    public void close() {
        backing.close();
    }

    /** {@return the topology, which is what distinguishes deployments in a test report} */
    @Override
    public String toString() {
        return topology().name();
    }

    boolean isOurs() {
        return backing.host().isPresent();
    }

    /** What a deployment needs to work and to end. */
    record Backing(Optional<ServerHost> host, Admin admin, Faults faults) {

        void close() {
            admin.close();
            host.ifPresent(ServerHost::close);
        }
    }

    /**
     * Prepares a deployment.
     *
     * <p><b>Thread safety</b>: not safe.
     */
    public static final class Builder {

        private final Topology topology;
        private final List<String> config = new ArrayList<>();
        private Optional<Provider> provider = Optional.empty();

        private Builder(Topology topology) {
            this.topology = Objects.requireNonNull(topology, "topology");
        }

        /**
         * Takes this provider, whatever the settings say.
         *
         * @param chosen the provider
         * @return this
         */
        public Builder provider(Provider chosen) {
            provider = Optional.of(chosen);
            return this;
        }

        /**
         * Adds a server directive for the data nodes, as it would stand in {@code redis.conf}.
         *
         * @param directive such as {@code appendonly}
         * @param value such as {@code yes}
         * @return this
         */
        public Builder config(String directive, String value) {
            config.add(directive + " " + value);
            return this;
        }

        /**
         * Starts the servers, or connects to the given ones.
         *
         * @return the running deployment; close it
         * @throws TestkitException if no Redis of this topology can be had
         */
        public RedisDeployment start() {
            Settings current = Settings.current();
            return Starter.start(topology, provider.map(current::with).orElse(current), config);
        }
    }
}
