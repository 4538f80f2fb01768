package io.github.redispatterns.testkit;

import com.github.dockerjava.api.exception.DockerException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerLaunchException;

/**
 * One container as a host. All servers of a deployment run in it, and every port has the same number inside and
 * outside, so that the addresses which servers tell each other and their clients hold in both places.
 *
 * <p>Of the image it needs a {@code redis-server} and the basics of a shell. Testcontainers may be absent from the
 * class path; only this class, {@link ContainerImages} and {@link RedisContainer} touch it, and they are loaded when a
 * container is wanted.
 */
final class ContainerHost implements ServerHost {

    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ATTEMPTS = 3;

    /** Arguments: port, switch for Sentinel or nothing, configuration. Prints the server's process id. */
    private static final String START = """
            mkdir -p "/tmp/$1" && cd "/tmp/$1" || exit 1
            [ -f redis.conf ] || printf '%s\\n' "$3" >redis.conf
            redis-server "/tmp/$1/redis.conf" $2 </dev/null >>log 2>&1 &
            echo $!
            """;

    private final String image;
    private final List<Integer> ports;
    private final RedisContainer container;

    private ContainerHost(String image, List<Integer> ports, RedisContainer container) {
        this.image = image;
        this.ports = ports;
        this.container = container;
    }

    /**
     * Starts a container, after pulling its image if the engine does not have it.
     *
     * @throws TestkitException if no engine answers, or the image cannot be had, or the container does not start; one
     *     sentence says why
     */
    static ServerHost open(String image, int ports) {
        try {
            ContainerImages.provide(image);
            requireLoopback(DockerClientFactory.instance().dockerHostIpAddress());
            return start(image, ports, 1);
        } catch (DockerException | IllegalStateException | ContainerLaunchException e) {
            throw new TestkitException("a container of " + image + " cannot be started: " + reason(e), e);
        }
    }

    private static ContainerHost start(String image, int count, int attempt) {
        List<Integer> ports = FreePorts.find(count);
        RedisContainer container = new RedisContainer(image, ports);
        try {
            container.start();
            return new ContainerHost(image, ports, container);
        } catch (ContainerLaunchException e) {
            container.close();
            if (attempt < ATTEMPTS && isTakenPort(reason(e))) {
                return start(image, count, attempt + 1);
            }
            throw e;
        }
    }

    private static void requireLoopback(String address) {
        try {
            if (InetAddress.getByName(address).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the engine's host " + address + " is not known here", e);
        }
        throw new IllegalStateException("the engine publishes ports at " + address
                + ", but servers that name each other 127.0.0.1 can only be reached over this machine's loopback"
                + " (TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 says that it is the same machine)");
    }

    private static boolean isTakenPort(String reason) {
        return reason.contains("address already in use") || reason.contains("port is already allocated");
    }

    /**
     * Testcontainers wraps what the engine said several times, and that is JSON in a status line; only the message
     * helps.
     */
    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage())
                .replaceFirst("(?s)^Status \\d+: \\{\"message\":\"(.*)\"}\\s*$", "$1")
                .replace("\\\"", "\"")
                .strip();
    }

    @Override
    public String description() {
        return "container " + image;
    }

    @Override
    public String address() {
        return LOOPBACK;
    }

    @Override
    public List<Integer> ports() {
        return ports;
    }

    @Override
    public ServerProcess start(int port, ServerMode mode, List<String> config) {
        // Published ports arrive at the container's outer address, hence "bind 0.0.0.0"; on this machine only loopback
        // leads there.
        List<String> lines = new ArrayList<>(
                List.of("port " + port, "bind 0.0.0.0", "dir /tmp/" + port, "daemonize no", "protected-mode no"));
        lines.addAll(config);
        String sentinel = mode == ServerMode.SENTINEL ? "--sentinel" : "";
        String pid = container.sh(START, Integer.toString(port), sentinel, String.join("\n", lines));
        ContainerProcess process = new ContainerProcess(container, pid);
        if (!answers(port, SOON) && !(process.isAlive() && answers(port, PATIENCE))) {
            throw new TestkitException("redis-server on port " + port + " of " + description() + " does not come up: "
                    + lastLines(container.sh("cat /tmp/$1/log", Integer.toString(port))));
        }
        return process;
    }

    private static boolean answers(int port, Duration limit) {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(limit)
                    .until(() -> Ping.answers(LOOPBACK, port, Duration.ofSeconds(1)));
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    private static String lastLines(String log) {
        List<String> lines = log.lines().toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    /** The container's end is the end of its processes, files and port bindings. */
    @Override
    public void close() {
        container.close();
    }
}
