package io.github.redispatterns.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** This machine as a host: server processes in a temporary directory. */
final class LocalHost implements ServerHost {

    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String description;
    private final Path directory;
    private final Path executable;
    private final List<Integer> ports;
    private volatile boolean closed;
    private final List<LocalProcess> processes = new CopyOnWriteArrayList<>();

    private LocalHost(String description, Path directory, Path executable, List<Integer> ports) {
        this.description = description;
        this.directory = directory;
        this.executable = executable;
        this.ports = ports;
    }

    static LocalHost open(ServerBinary binary, int ports) {
        try {
            Path directory = Files.createTempDirectory("redis-testkit-");
            try {
                return new LocalHost(binary.description(), directory, binary.install(directory), FreePorts.find(ports));
            } catch (TestkitException e) {
                remove(directory);
                throw e;
            }
        } catch (IOException e) {
            throw new TestkitException("Cannot create a temporary directory for Redis", e);
        }
    }

    @Override
    public String description() {
        return description;
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
        if (closed) {
            throw new TestkitException("The deployment is closed; nothing can be started in it");
        }
        Path home = directory.resolve(Integer.toString(port));
        LocalProcess process = LocalProcess.start(directory, executable, configFile(home, port, config), mode);
        processes.add(process);
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> !process.isAlive() || Ping.answers(LOOPBACK, port, Duration.ofSeconds(1)));
        if (!process.isAlive()) {
            throw new TestkitException(
                    "redis-server on port " + port + " ended at once: " + lastLines(home.resolve("log")));
        }
        return process;
    }

    private static Path configFile(Path home, int port, List<String> config) {
        Path file = home.resolve("redis.conf");
        if (Files.exists(file)) {
            return file;
        }
        List<String> lines = new ArrayList<>(List.of(
                "port " + port, "bind " + LOOPBACK, "dir \"" + home + "\"", "daemonize no", "protected-mode no"));
        lines.addAll(config);
        try {
            Files.createDirectories(home);
            return Files.write(file, lines);
        } catch (IOException e) {
            throw new TestkitException("Cannot write " + file, e);
        }
    }

    private static String lastLines(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        } catch (IOException e) {
            return "its log cannot be read: " + e;
        }
    }

    @Override
    public void close() {
        closed = true;
        processes.forEach(LocalProcess::end);
        remove(directory);
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.exists(directory) ? Files.walk(directory) : Stream.empty()) {
            files.sorted(Comparator.reverseOrder()).forEach(LocalHost::delete);
        } catch (UncheckedIOException | IOException goneMeanwhile) {
            // The guards remove the same directory.
            Awaitility.await().atMost(PATIENCE).until(() -> Files.notExists(directory));
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
