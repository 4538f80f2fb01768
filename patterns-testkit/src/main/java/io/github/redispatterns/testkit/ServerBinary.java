package io.github.redispatterns.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A {@code redis-server} that this machine can run. */
sealed interface ServerBinary {

    /** For announcements. */
    String description();

    /** The executable; an embedded one is written into the directory first. */
    Path install(Path directory);

    /** The one inside the embedded-redis jar. */
    record Embedded(String resource) implements ServerBinary {

        private static final Map<String, String> ARCHITECTURES =
                Map.of("amd64", "amd64", "x86_64", "amd64", "aarch64", "arm64", "arm64", "arm64");

        static Embedded forSystem(String osName, String osArch) {
            String os = osName.toLowerCase(Locale.ROOT);
            String architecture = ARCHITECTURES.get(osArch.toLowerCase(Locale.ROOT));
            if (architecture != null && os.startsWith("linux")) {
                return new Embedded("redis-server-7.0.15-linux-" + architecture);
            }
            if (architecture != null && os.startsWith("mac")) {
                return new Embedded("redis-server-7.0.15-darwin-" + architecture);
            }
            throw new TestkitException("There is no embedded Redis for " + osName + " on " + osArch
                    + ": start Docker, or run the tests in WSL, or set REDIS_URI to a Redis that runs");
        }

        @Override
        public String description() {
            return "embedded binary";
        }

        @Override
        public Path install(Path directory) {
            Path executable = directory.resolve("redis-server");
            try (InputStream binary = ServerBinary.class.getResourceAsStream("/" + resource)) {
                if (binary == null) {
                    throw new TestkitException(
                            resource + " is not on the class path: org.signal:embedded-redis:0.9.1 carries it");
                }
                Files.copy(binary, executable);
            } catch (IOException e) {
                throw new TestkitException("Cannot write the embedded Redis to " + executable, e);
            }
            if (!executable.toFile().setExecutable(true)) {
                throw new TestkitException("Cannot make " + executable + " executable");
            }
            return executable;
        }
    }

    /** One that is installed. */
    record Installed(Path executable) implements ServerBinary {

        /** The configured one, or else the first {@code redis-server} on the PATH. */
        static Installed find(@Nullable String configured, String path) {
            if (configured != null) {
                Path executable = Path.of(configured).toAbsolutePath();
                if (!Files.isExecutable(executable)) {
                    throw new TestkitException("REDIS_BINARY names " + configured + ", which is no executable file");
                }
                return new Installed(executable);
            }
            return Stream.of(path.split(File.pathSeparator))
                    .map(directory -> Path.of(directory).resolve("redis-server"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .map(Installed::new)
                    .orElseThrow(() -> new TestkitException("No redis-server is on the PATH: set REDIS_BINARY to one,"
                            + " or choose another REDIS_PROVIDER"));
        }

        @Override
        public String description() {
            return "binary " + executable;
        }

        @Override
        public Path install(Path directory) {
            return executable;
        }
    }
}
