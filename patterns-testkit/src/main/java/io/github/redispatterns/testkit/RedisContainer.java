package io.github.redispatterns.testkit;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * A container that lives as long as this JVM holds its standard input, and is removed by the engine when it ends.
 *
 * <p>The engine closes that input when our connection breaks, in whatever way the JVM dies, and then the first process
 * of the container ends and all others with it. So nothing is left behind even where Testcontainers' reaper is switched
 * off.
 */
final class RedisContainer extends GenericContainer<RedisContainer> {

    private static final String READY = "redis-patterns: ready";

    /**
     * A shell that waits for {@code cat} also reaps the servers that end meanwhile; a lone {@code cat} would leave
     * zombies.
     */
    private static final String MAIN = "read -r line; echo '" + READY + "'; cat >/dev/null; exit 0";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ResultCallback.Adapter<Frame> input = new ResultCallback.Adapter<>();

    RedisContainer(String image, List<Integer> ports) {
        super(image);
        withCreateContainerCmdModifier(command -> configure(command, ports));
        // Nothing listens yet. The line is printed only when the input is connected.
        waitingFor(Wait.forLogMessage(".*" + READY + ".*", 1).withStartupTimeout(PATIENCE));
    }

    private static void configure(CreateContainerCmd command, List<Integer> ports) {
        HostConfig host = command.getHostConfig();
        if (host == null) {
            throw new IllegalStateException("Testcontainers creates a container without a host configuration");
        }
        host.withAutoRemove(true);
        host.withPortBindings(ports.stream()
                .map(port -> new PortBinding(Binding.bindIpAndPort("127.0.0.1", port), ExposedPort.tcp(port)))
                .toList());
        command.withExposedPorts(ports.stream().map(ExposedPort::tcp).toList())
                .withEntrypoint("sh", "-c", MAIN)
                .withStdinOpen(true)
                .withStdInOnce(true);
    }

    @Override
    protected void containerIsCreated(String containerId) {
        getDockerClient()
                .attachContainerCmd(containerId)
                .withStdIn(new Lifeline())
                .withFollowStream(true)
                .exec(input);
        try {
            if (!input.awaitStarted(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the engine does not connect the container's input");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while connecting to a container", e);
        }
    }

    /** Testcontainers asks for this when a start has failed; by then the engine may have removed the container. */
    @Override
    public String getLogs() {
        try {
            return super.getLogs();
        } catch (DockerException gone) {
            return "";
        }
    }

    boolean isOpen() {
        return getContainerId() != null;
    }

    /** Runs a script of a few lines inside, and returns what it prints. */
    String sh(String script, String... arguments) {
        String[] command = Stream.concat(Stream.of("sh", "-c", script, "sh"), Stream.of(arguments))
                .toArray(String[]::new);
        try {
            ExecResult result = execInContainer(command);
            if (result.getExitCode() != 0) {
                throw new TestkitException("A script failed in a container of " + getDockerImageName() + ": "
                        + result.getStdout().strip() + result.getStderr().strip());
            }
            return result.getStdout().strip();
        } catch (IOException e) {
            throw new TestkitException("Cannot run a script in a container of " + getDockerImageName(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("Interrupted while running a script in a container", e);
        }
    }

    /**
     * Removes the container and waits for that; but not while the JVM ends, which closes the input anyway: then
     * Testcontainers removes what carries its label, and does not take it well if somebody else is doing the same.
     */
    @Override
    public void close() {
        String id = getContainerId();
        if (id == null || jvmIsEnding()) {
            return;
        }
        super.close();
        Waiting.until("the engine has removed container " + id, () -> isGone(id));
    }

    private boolean isGone(String id) {
        try {
            getDockerClient().inspectContainerCmd(id).exec();
            return false;
        } catch (NotFoundException gone) {
            return true;
        }
    }

    private static boolean jvmIsEnding() {
        try {
            Runtime.getRuntime().removeShutdownHook(new Thread());
            return false;
        } catch (IllegalStateException inShutdown) {
            return true;
        }
    }

    @Override
    public String toString() {
        return "container " + getContainerId() + " of " + getDockerImageName();
    }
}
