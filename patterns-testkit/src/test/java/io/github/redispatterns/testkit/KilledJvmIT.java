package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KilledJvmIT {

    @ParameterizedTest
    @EnumSource
    void sigkillOfTheJvmLeavesNoServerAndNoFileBehind(Topology topology) throws IOException {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildJvm.class.getName(),
                        topology.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<ProcessHandle> processes = new ArrayList<>();
        List<Path> directories = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
                assertThat(line).as("the child JVM ended too early").isNotNull();
                String value = line.substring(line.indexOf(' ') + 1);
                if (line.startsWith("process ")) {
                    ProcessHandle.of(Long.parseLong(value)).ifPresent(processes::add);
                } else if (line.startsWith("directory ")) {
                    directories.add(Path.of(value));
                }
            }
            // A guard, a watcher and a server each.
            assertThat(processes).hasSizeGreaterThanOrEqualTo(3 * directories.size());
            assertThat(directories).isNotEmpty().allMatch(Files::isDirectory);
        } finally {
            // SIGKILL: no shutdown hook runs.
            jvm.destroyForcibly();
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> processes.stream().noneMatch(KilledJvmIT::runs));
        assertThat(directories).noneMatch(directory -> Files.exists(directory.getParent()));
    }

    /** What is dead but not yet reaped by its adoptive parent counts as alive for Java, but has no command any more. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }
}
