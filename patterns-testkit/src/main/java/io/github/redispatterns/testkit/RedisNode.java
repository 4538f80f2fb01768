package io.github.redispatterns.testkit;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One Redis server of a {@link RedisDeployment}, with the faults that hit a whole process.
 *
 * <p><b>Guarantees</b>: each fault has taken effect when its method returns. {@link RedisDeployment#heal()} undoes them
 * all.
 *
 * <p><b>Does not guarantee</b>: that the node keeps its role; in SENTINEL and CLUSTER a fault may make a replica take
 * over.
 *
 * <p><b>Cost</b>: a signal takes some milliseconds (embedded, binary) or some tens of them (container).
 *
 * <p><b>Thread safety</b>: safe; faults on one node run one after the other.
 */
public final class RedisNode {

    private final String text;
    private final RedisURI uri;
    private final Admin admin;
    private final Server server;

    RedisNode(String text, RedisURI uri, Admin admin, Server server) {
        this.text = text;
        this.uri = uri;
        this.admin = admin;
        this.server = server;
    }

    /**
     * The host to connect to.
     *
     * @return a name or an address
     */
    public String host() {
        return uri.getHost();
    }

    /**
     * The port to connect to.
     *
     * @return a TCP port
     */
    public int port() {
        return uri.getPort();
    }

    /**
     * The URI to connect to.
     *
     * @return for a server that the testkit started {@code redis://127.0.0.1:port}; else with the credentials that were
     *     given
     */
    public String uri() {
        return text;
    }

    /**
     * Kills the process with SIGKILL: no reply, no save, no farewell. A killed node can be
     * {@linkplain #restart() restarted}.
     *
     * @throws UnsupportedOperationException if the testkit did not start this server
     */
    public void kill9() {
        server.kill9();
    }

    /**
     * Starts the server again on its port, with its data directory and configuration; kills it first if it runs. Data
     * survives only where the deployment was started with a persistence directive such as {@code appendonly yes}, or
     * comes from a master.
     *
     * @throws UnsupportedOperationException if the testkit did not start this server
     * @throws TestkitException if it does not come up
     */
    public void restart() {
        server.restart();
    }

    /**
     * Freezes the process with SIGSTOP: connections stay open, requests are accepted by the kernel, nothing is
     * answered.
     *
     * @throws UnsupportedOperationException if the testkit did not start this server
     */
    public void pause() {
        server.pause();
    }

    /**
     * Lets a frozen process go on; it then executes what has arrived meanwhile.
     *
     * @throws UnsupportedOperationException if the testkit did not start this server
     */
    public void resume() {
        server.resume();
    }

    /**
     * Whether the server can answer.
     *
     * @return false if it is killed or frozen
     */
    public boolean isRunning() {
        return server.isRunning();
    }

    /**
     * Runs commands on this very node, over a connection of its own that is closed afterwards.
     *
     * @param work gets the commands; they time out after 10 s
     * @param <T> what the work returns
     * @return what the work returned
     * @throws IllegalArgumentException if the work is null
     * @throws RedisException if the node does not answer, or answers with an error
     */
    public <T extends @Nullable Object> T call(Function<RedisCommands<String, String>, T> work) {
        Check.notNull("work", work);
        return admin.connected(uri, connection -> work.apply(connection.sync()));
    }

    @Override
    public String toString() {
        return host() + ":" + port();
    }

    /** For pipelining. */
    <T extends @Nullable Object> T connected(Function<StatefulRedisConnection<String, String>, T> work) {
        return admin.connected(uri, work);
    }

    /** Undoes what the other verbs did. */
    void heal() {
        server.heal();
    }

    boolean isManaged() {
        return server instanceof Server.Managed;
    }

    RedisURI redisUri() {
        return uri;
    }
}
