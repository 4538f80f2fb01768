package io.github.redispatterns.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks a port for PONG over a plain socket: a port mapping accepts connections long before the server behind it does.
 */
final class Ping {

    private static final byte[] REQUEST = "PING\r\n".getBytes(StandardCharsets.US_ASCII);

    private Ping() {}

    /** True if a server answers that is done with loading; one that wants a password answers too. */
    static boolean answers(String host, int port, Duration timeout) {
        int millis = Math.toIntExact(timeout.toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), millis);
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(REQUEST);
            String reply = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
            return reply.equals("+PONG") || reply.equals("-NOAU");
        } catch (IOException notYet) {
            return false;
        }
    }
}
