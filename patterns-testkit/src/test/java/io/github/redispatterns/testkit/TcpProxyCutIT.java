package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What a plain socket sees of a cut. */
@RedisTest(topologies = Topology.STANDALONE)
class TcpProxyCutIT {

    private static final int END_OF_STREAM = -1;

    @Parameter
    RedisDeployment redis;

    private TcpProxy proxy;

    @BeforeEach
    void open() {
        proxy = TcpProxy.to(redis.nodes().get(0).host(), redis.nodes().get(0).port());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void aCutIsTheEndOfTheStreamUnlessToldOtherwise() throws IOException {
        proxy.cutReplyOf("ECHO");
        assertThat(firstByteAfterAnEcho(proxy)).isEqualTo(END_OF_STREAM);

        proxy.cutBy(Cut.CLOSE);
        proxy.cutReplyOf("ECHO");
        assertThat(firstByteAfterAnEcho(proxy)).isEqualTo(END_OF_STREAM);
    }

    @Test
    void aCutByResetIsAConnectionReset() {
        proxy.cutBy(Cut.RESET);
        proxy.cutReplyOf("ECHO");

        assertThatThrownBy(() -> firstByteAfterAnEcho(proxy))
                .isInstanceOf(SocketException.class)
                .hasMessage("Connection reset");
        assertThat(proxy.cuts()).isEqualTo(1);
    }

    @Test
    void refusingResetsOldConnectionsAndNewOnes() throws IOException {
        proxy.cutBy(Cut.RESET);
        try (Socket old = connect(proxy)) {
            echo(old);
            assertThat(old.getInputStream().readNBytes(7)).asString().isEqualTo("$1\r\nx\r\n");
            proxy.refuse();
            assertThatThrownBy(() -> old.getInputStream().read()).hasMessage("Connection reset");
        }
        try (Socket refused = connect(proxy)) {
            assertThatThrownBy(() -> refused.getInputStream().read()).hasMessage("Connection reset");
        }
    }

    @Test
    void restoreEndsResets() throws IOException {
        proxy.cutBy(Cut.RESET);
        proxy.restore();
        proxy.cutReplyOf("ECHO");

        assertThat(firstByteAfterAnEcho(proxy)).isEqualTo(END_OF_STREAM);
    }

    @Test
    void allProxiesOfADeploymentReset() {
        try (FaultProxies proxies = FaultProxies.of(redis)) {
            TcpProxy one = proxies.proxy(redis.nodes().get(0));
            proxies.cutBy(Cut.RESET);
            proxies.cutReplyOf("ECHO");

            assertThatThrownBy(() -> firstByteAfterAnEcho(one)).hasMessage("Connection reset");
            assertThat(proxies.cuts()).isEqualTo(1);
        }
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> proxy.cutBy(null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("how: must not be null");
    }

    private static int firstByteAfterAnEcho(TcpProxy through) throws IOException {
        try (Socket socket = connect(through)) {
            echo(socket);
            return socket.getInputStream().read();
        }
    }

    private static Socket connect(TcpProxy through) throws IOException {
        Socket socket = new Socket(through.host(), through.port());
        socket.setSoTimeout((int) Duration.ofSeconds(10).toMillis());
        return socket;
    }

    private static void echo(Socket socket) throws IOException {
        socket.getOutputStream().write("*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
    }
}
