package io.github.redispatterns.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A TCP proxy in front of one Redis server that delays, cuts and swallows on demand.
 *
 * <p><b>Guarantees</b>: bytes pass in order; a cut reply belongs to a request that the server has executed.
 *
 * <p><b>Does not guarantee</b>: anything about pub/sub over RESP2, whose messages cannot be told from replies; TLS.
 * Back-pressure is not passed on: what one side does not read is kept in memory.
 *
 * <p><b>Cost</b>: one thread per proxy (one for all of {@link FaultProxies}), and a hop over loopback.
 *
 * <p><b>Thread safety</b>: safe. A verb acts on bytes that arrive after it was called.
 */
public final class TcpProxy implements AutoCloseable {

    private final InetSocketAddress target;
    private final EventLoopGroup loop;
    private final Scissors own = new Scissors();
    private final Scissors common;
    private final boolean ownsLoop;
    private final Channel listener;
    private final Set<ProxyLink> links = ConcurrentHashMap.newKeySet();
    private volatile Duration requestDelay = Duration.ZERO;
    private volatile Duration replyDelay = Duration.ZERO;
    private volatile Cut howToCut = Cut.CLOSE;
    private volatile boolean halfOpen;
    private volatile boolean refusing;

    private TcpProxy(InetSocketAddress target, EventLoopGroup loop, Scissors common, boolean ownsLoop) {
        this.target = target;
        this.loop = loop;
        this.common = common;
        this.ownsLoop = ownsLoop;
        this.listener = listen();
    }

    /**
     * Opens a proxy on a free port of the loopback interface.
     *
     * @param host where the server is
     * @param port its TCP port
     * @return the open proxy; close it
     * @throws IllegalArgumentException if the host is blank, or there is no such port
     */
    public static TcpProxy to(String host, int port) {
        return new TcpProxy(
                new InetSocketAddress(Check.notBlank("host", host), Check.port("port", port)),
                newLoop(),
                new Scissors(),
                true);
    }

    static TcpProxy to(InetSocketAddress target, EventLoopGroup loop, Scissors common) {
        return new TcpProxy(target, loop, common, false);
    }

    static EventLoopGroup newLoop() {
        return new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("redis-testkit-proxy", true), NioIoHandler.newFactory());
    }

    /**
     * The host for clients to connect to.
     *
     * @return the loopback address
     */
    public String host() {
        return InetAddress.getLoopbackAddress().getHostAddress();
    }

    /**
     * The port for clients to connect to.
     *
     * @return a TCP port
     */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /**
     * Delays both directions.
     *
     * @param time per direction, so a round trip takes twice as long; zero to end it
     * @throws IllegalArgumentException if the time is negative
     */
    public void delay(Duration time) {
        delayRequests(time);
        delayReplies(time);
    }

    /**
     * Delays what clients send.
     *
     * @param time at least zero
     * @throws IllegalArgumentException if the time is negative
     */
    public void delayRequests(Duration time) {
        requestDelay = Check.notNegative("time", time);
    }

    /**
     * Delays what the server sends.
     *
     * @param time at least zero
     * @throws IllegalArgumentException if the time is negative
     */
    public void delayReplies(Duration time) {
        replyDelay = Check.notNegative("time", time);
    }

    /**
     * Cuts one reply: the next request that contains this command is forwarded and executed; its reply is dropped, and
     * the connection is {@linkplain #cutBy cut}. Replies of requests before it on the same connection pass.
     *
     * @param command a command's name in any case, such as {@code EVALSHA}; any argument of the request may match
     * @throws IllegalArgumentException if the command is blank
     */
    public void cutReplyOf(String command) {
        own.armFor(command);
    }

    /**
     * Cuts one reply, counted from now on over all connections. What clients send on their own account (HELLO, AUTH,
     * CLIENT, SELECT, READONLY, CLUSTER, INFO, PING, ROLE, COMMAND, ASKING, and subscriptions) does not count.
     *
     * @param nth 1 for the reply of the next request
     * @throws IllegalArgumentException if it is under 1
     */
    public void cutNthReply(int nth) {
        own.armForNth(nth);
    }

    /**
     * Says how the connections end that {@link #cutReplyOf}, {@link #cutNthReply} or {@link #refuse} cuts from now on.
     *
     * @param how {@link Cut#CLOSE} unless told otherwise
     * @throws IllegalArgumentException if it is null
     */
    public void cutBy(Cut how) {
        howToCut = Check.notNull("how", how);
    }

    /**
     * Swallows everything in both directions; connections stay open, new ones are accepted, and no end is told of the
     * other's end.
     */
    public void halfOpen() {
        halfOpen = true;
    }

    /** Cuts all connections, and each new one at once. */
    public void refuse() {
        refusing = true;
        links.forEach(link -> link.cut(howToCut));
    }

    /**
     * Ends every fault; cuts are by {@link Cut#CLOSE} again. Connections of which a half-open link has swallowed bytes
     * are cut so, for their streams are broken.
     */
    public void restore() {
        delay(Duration.ZERO);
        cutBy(Cut.CLOSE);
        own.disarm();
        refusing = false;
        halfOpen = false;
        links.forEach(ProxyLink::cutIfBytesWereLost);
    }

    /**
     * The number of cut replies.
     *
     * @return how many since the proxy was opened
     */
    public int cuts() {
        return own.cuts();
    }

    /** Closes all connections and the port. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        links.forEach(link -> link.cut(Cut.CLOSE));
        if (ownsLoop) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    Cut howToCut() {
        return howToCut;
    }

    boolean isHalfOpen() {
        return halfOpen;
    }

    long requestDelayNanos() {
        return requestDelay.toNanos();
    }

    long replyDelayNanos() {
        return replyDelay.toNanos();
    }

    Scissors own() {
        return own;
    }

    Scissors common() {
        return common;
    }

    private Channel listen() {
        return new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<NioSocketChannel>() {
                    @Override
                    protected void initChannel(NioSocketChannel client) {
                        connect(client);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private void connect(Channel client) {
        if (refusing) {
            howToCut.end(client);
            return;
        }
        ChannelFuture connected = new Bootstrap()
                .group(client.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<NioSocketChannel>() {
                    @Override
                    protected void initChannel(NioSocketChannel server) {
                        // The link adds its handlers when both ends stand.
                    }
                })
                .connect(target);
        connected.addListener(done -> {
            if (done.isSuccess()) {
                link(client, connected.channel());
            } else {
                client.close();
            }
        });
    }

    private void link(Channel client, Channel server) {
        ProxyLink link = new ProxyLink(this, client, server);
        links.add(link);
        client.closeFuture().addListener(closed -> links.remove(link));
        link.open();
        if (refusing) {
            link.cut(howToCut);
        }
    }
}
