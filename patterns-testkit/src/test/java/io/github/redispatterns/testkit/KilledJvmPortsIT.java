package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What {@link KilledJvmIT} shows in detail for processes of this machine, for whichever provider the build runs with:
 * containers too.
 */
class KilledJvmPortsIT {

    private static final String ANNOUNCEMENT = "port ";
    private static final Duration SHORT = Duration.ofMillis(500);

    @Test
    void sigkillOfTheJvmEndsItsServer() throws IOException {
        Provider chosen = ServerHosts.choose(Settings.current());
        Provider own = chosen == Provider.URI ? Provider.EMBEDDED : chosen;
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        own.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int port;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            port = lines.lines()
                    .filter(line -> line.startsWith(ANNOUNCEMENT))
                    .mapToInt(line -> Integer.parseInt(line.substring(ANNOUNCEMENT.length())))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("the child JVM ended too early"));
            assertThat(Ping.answers("127.0.0.1", port, SHORT)).isTrue();
        } finally {
            jvm.destroyForcibly();
        }

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !Ping.answers("127.0.0.1", port, SHORT));
    }

    /** Starts a server, says where, and waits to be killed; should the test die first, the end of its input ends it. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) throws IOException {
            RedisDeployment redis = RedisDeployment.builder(Topology.STANDALONE)
                    .provider(Provider.valueOf(args[0]))
                    .start();
            System.out.println(ANNOUNCEMENT + redis.nodes().get(0).port());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
