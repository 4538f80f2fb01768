package io.github.redispatterns.testkit;

import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A running real Redis of one topology.
 *
 * <p><b>Guarantees</b>: when {@link #start(Topology)} returns, every node has its role and is linked, and clients can
 * connect. Servers that the testkit started end with {@link #close()}, and also when the JVM dies, even by SIGKILL.
 *
 * <p><b>Does not guarantee</b>: persistence; servers save nothing unless {@link Builder#config(String, String)} says
 * so.
 *
 * <p><b>Cost</b>: on two cores about 0.1 s for STANDALONE, 0.6 s for SENTINEL, 2.1 s for CLUSTER; a container adds its
 * own start.
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
     * @throws IllegalArgumentException if the topology is null
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
     * The one deployment of this topology that all tests of this JVM share; the first call starts it, the JVM's end
     * closes it.
     *
     * @param topology its shape
     * @return the running deployment
     * @throws TestkitException if no Redis of this topology can be had
     */
    public static RedisDeployment shared(Topology topology) {
        return SharedDeployments.get(Check.notNull("topology", topology));
    }

    /**
     * Opens the deployment that is at a URI; its topology is what the URI is. The testkit never stops or pauses its
     * servers.
     *
     * @param uri {@code redis://[user:password@]host:port}, {@code rediss://…} for TLS, of a single server or of any
     *     node of a Cluster; or {@code redis-sentinel://host:port,host:port#master}
     * @return the running deployment; close it, and the servers go on
     * @throws IllegalArgumentException if it is not one of these
     * @throws TestkitException if no Redis answers there
     */
    public static RedisDeployment at(String uri) {
        return Starter.at(uri);
    }

    /**
     * The topology.
     *
     * @return the shape, as it was asked for or found
     */
    public Topology topology() {
        return shape.topology();
    }

    /**
     * The source of the servers.
     *
     * @return such as {@code embedded binary}, {@code container redis:8.2}, {@code binary /usr/bin/redis-server},
     *     {@code REDIS_URI}, or {@code given URI} after {@link #at(String)}
     */
    public String provider() {
        return provider;
    }

    /**
     * Product and version of the servers.
     *
     * @return such as {@code Redis 7.0.15}, as the first node reports it
     */
    public String version() {
        return version;
    }

    /**
     * The URI to connect to, in Lettuce's form.
     *
     * @return {@code redis://127.0.0.1:6379}; {@code redis-sentinel://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3#main}; or a
     *     Cluster's first node
     */
    public String uri() {
        return shape.uri();
    }

    /**
     * The URIs to connect to.
     *
     * @return every data node's for CLUSTER; else only {@link #uri()}
     */
    public List<String> uris() {
        return shape.uris();
    }

    /**
     * The servers that hold data.
     *
     * @return those that were masters at the start first
     */
    public List<RedisNode> nodes() {
        return shape.nodes();
    }

    /**
     * The sentinels.
     *
     * @return none unless the topology is SENTINEL
     */
    public List<RedisNode> sentinels() {
        return shape.sentinels();
    }

    /**
     * The masters of this moment, as the sentinels or the cluster name them.
     *
     * @return one for STANDALONE and SENTINEL, all that own slots for CLUSTER
     * @throws TestkitException if none of them answers
     */
    public List<RedisNode> masters() {
        return shape.masters();
    }

    /**
     * The master that holds a key at this moment.
     *
     * @param key a key, whether it exists or not
     * @return the owner of the key's slot, or the only master
     * @throws IllegalArgumentException if the key is null
     * @throws TestkitException if no node answers
     */
    public RedisNode masterOf(String key) {
        return shape.masterOf(Check.notNull("key", key));
    }

    /**
     * Makes a replica the master: the only master's in SENTINEL, the first master's in CLUSTER. Returns when all
     * sentinels, or all nodes that run, name the new one.
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
     * @throws IllegalArgumentException if there is no such slot
     * @throws UnsupportedOperationException unless the topology is CLUSTER, with two masters or more
     */
    public SlotMigration migrateSlot(int slot) {
        Check.range("slot", slot, 0, SlotHash.SLOT_COUNT - 1);
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
     * Lets no master take more data: {@code maxmemory} goes below what is used, without eviction, so that writes get
     * OOM.
     *
     * @return close it to restore the former limits
     */
    public MemoryLimit fillMemory() {
        return backing.faults().open(MemoryLimit.on(masters()));
    }

    /**
     * Undoes all faults: restarts killed nodes, resumes frozen ones, ends open migrations and memory limits, and waits
     * until the topology is whole. Nothing happens if no fault was used since the last time. Masters stay where a
     * failover put them.
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
            this.topology = Check.notNull("topology", topology);
        }

        /**
         * Takes this provider, whatever the settings say.
         *
         * @param provider the provider
         * @return this
         * @throws IllegalArgumentException if the provider is null
         */
        public Builder provider(Provider provider) {
            this.provider = Optional.of(Check.notNull("provider", provider));
            return this;
        }

        /**
         * Adds a server directive for the data nodes, as it would stand in {@code redis.conf}.
         *
         * @param directive such as {@code appendonly}
         * @param value such as {@code yes}
         * @return this
         * @throws IllegalArgumentException if the directive is blank, or one of them is null
         */
        public Builder config(String directive, String value) {
            config.add(Check.notBlank("directive", directive) + " " + Check.notNull("value", value));
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
