package io.github.redispatterns.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says cheaply whether it is worth asking Testcontainers at all: it takes seconds, and pages of log, to find no engine.
 */
final class DockerEngine {

    private DockerEngine() {}

    static boolean answers(@Nullable String dockerHost, Path home) {
        if (!testcontainersIsThere()) {
            return false;
        }
        if (dockerHost != null) {
            return hostAnswers(dockerHost);
        }
        return Stream.of(
                                Path.of("/var/run/docker.sock"),
                                home.resolve(".docker/run/docker.sock"),
                                home.resolve(".docker/desktop/docker.sock"))
                        .anyMatch(socket -> Files.exists(socket) && connects(UnixDomainSocketAddress.of(socket)))
                || Files.exists(Path.of("\\\\.\\pipe\\docker_engine"));
    }

    private static boolean hostAnswers(String dockerHost) {
        URI uri = URI.create(dockerHost);
        return switch (String.valueOf(uri.getScheme())) {
            case "unix" -> connects(UnixDomainSocketAddress.of(uri.getPath()));
            case "tcp" -> connects(new InetSocketAddress(uri.getHost(), uri.getPort()));
            // Named pipe, ssh: whoever set the variable meant it.
            default -> true;
        };
    }

    private static boolean connects(SocketAddress address) {
        try (SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open()) {
            return channel.connect(address);
        } catch (IOException nobodyThere) {
            return false;
        }
    }

    static boolean testcontainersIsThere() {
        try {
            Class.forName("org.testcontainers.containers.GenericContainer", false, DockerEngine.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException optional) {
            return false;
        }
    }
}
