package io.github.redispatterns.testkit;

import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.SocketAddressResolver;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A {@link TcpProxy} in front of every data node of a deployment, and the resources that make a Lettuce client go
 * through them.
 *
 * <p><b>Guarantees</b>: a client made with {@link #clientResources()} reaches each data node through its proxy,
 * whatever topology discovery tells it. Connections to sentinels are direct.
 *
 * <p><b>Does not guarantee</b>: what {@link TcpProxy} does not.
 *
 * <p><b>Cost</b>: one thread, and the client resources' own threads.
 *
 * <p><b>Thread safety</b>: safe.
 */
public final class FaultProxies implements AutoCloseable {

    private final EventLoopGroup loop = TcpProxy.newLoop();
    private final Scissors common = new Scissors();
    private final Map<InetSocketAddress, TcpProxy> proxies = new HashMap<>();
    private final ClientResources resources;

    private FaultProxies(RedisDeployment deployment) {
        deployment.nodes().forEach(node -> {
            InetSocketAddress target = address(node.redisUri());
            proxies.put(target, TcpProxy.to(target, loop, common));
        });
        resources =
                ClientResources.builder().socketAddressResolver(new Detour()).build();
    }

    /**
     * Opens a proxy for every data node.
     *
     * @param deployment a running deployment
     * @return the open proxies; close the client first, then these
     * @throws IllegalArgumentException if the deployment is null
     */
    public static FaultProxies of(RedisDeployment deployment) {
        return new FaultProxies(Check.notNull("deployment", deployment));
    }

    /**
     * The client resources that lead through the proxies.
     *
     * @return for {@code RedisClient.create(resources)} or {@code RedisClusterClient.create(resources, uris)}; they end
     *     with {@link #close()}
     */
    public ClientResources clientResources() {
        return resources;
    }

    /**
     * The proxy of one node.
     *
     * @param node a data node of the deployment
     * @return its proxy
     * @throws IllegalArgumentException if the node is of another deployment
     */
    public TcpProxy proxy(RedisNode node) {
        TcpProxy proxy = proxies.get(address(Check.notNull("node", node).redisUri()));
        if (proxy == null) {
            throw new IllegalArgumentException("node: must be of the deployment behind these proxies, is " + node);
        }
        return proxy;
    }

    /**
     * All proxies.
     *
     * @return one per data node, in no particular order
     */
    public List<TcpProxy> all() {
        return List.copyOf(proxies.values());
    }

    /**
     * Cuts one reply in all, as {@link TcpProxy#cutReplyOf(String)} does, on whichever node the command comes by first.
     *
     * @param command a command's name in any case
     * @throws IllegalArgumentException if the command is blank
     */
    public void cutReplyOf(String command) {
        common.armFor(command);
    }

    /**
     * Cuts one reply in all, as {@link TcpProxy#cutNthReply(int)} does, counted over all nodes.
     *
     * @param nth 1 for the reply of the next request
     * @throws IllegalArgumentException if it is under 1
     */
    public void cutNthReply(int nth) {
        common.armForNth(nth);
    }

    /**
     * Says how every proxy cuts from now on, as {@link TcpProxy#cutBy(Cut)} does.
     *
     * @param how {@link Cut#CLOSE} unless told otherwise
     * @throws IllegalArgumentException if it is null
     */
    public void cutBy(Cut how) {
        all().forEach(proxy -> proxy.cutBy(how));
    }

    /**
     * Delays both directions of every proxy.
     *
     * @param time per direction; zero to end it
     * @throws IllegalArgumentException if the time is negative
     */
    public void delay(Duration time) {
        all().forEach(proxy -> proxy.delay(time));
    }

    /** Makes every link half-open, as {@link TcpProxy#halfOpen()} does. */
    public void halfOpen() {
        all().forEach(TcpProxy::halfOpen);
    }

    /** Cuts and refuses every connection, as {@link TcpProxy#refuse()} does. */
    public void refuse() {
        all().forEach(TcpProxy::refuse);
    }

    /** Ends every fault, as {@link TcpProxy#restore()} does. */
    public void restore() {
        common.disarm();
        all().forEach(TcpProxy::restore);
    }

    /**
     * The number of cut replies.
     *
     * @return how many in all
     */
    public int cuts() {
        return common.cuts() + all().stream().mapToInt(TcpProxy::cuts).sum();
    }

    /** Ends the proxies and the client resources. */
    @Override
    public void close() {
        all().forEach(TcpProxy::close);
        resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static InetSocketAddress address(RedisURI uri) {
        return new InetSocketAddress(uri.getHost(), uri.getPort());
    }

    /** Asks for a node, gets its proxy. */
    private final class Detour extends SocketAddressResolver {

        @Override
        public SocketAddress resolve(RedisURI uri) {
            TcpProxy proxy = uri.getSocket() == null ? proxies.get(address(uri)) : null;
            return proxy == null ? super.resolve(uri) : new InetSocketAddress(proxy.host(), proxy.port());
        }
    }
}
