package io.github.redispatterns.benchmarks.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What a run ran on and with. No name of a host or of a user.
 *
 * @param processor its model and how many of it
 * @param memory such as {@code 8 GiB}
 * @param system the operating system
 * @param java the JDK
 * @param libraries versions by library
 */
public record Machine(String processor, String memory, String system, String java, Map<String, String> libraries) {

    /**
     * This machine.
     *
     * @return what can be found out about it
     */
    public static Machine current() {
        int count = Runtime.getRuntime().availableProcessors();
        return new Machine(
                count + " x " + field("/proc/cpuinfo", "model name", ":", System.getProperty("os.arch")),
                totalMemory(),
                field("/etc/os-release", "PRETTY_NAME", "=", "").replace("\"", "") + " " + System.getProperty("os.name")
                        + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                versions());
    }

    private static String totalMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Math.round(system.getTotalMemorySize() / (double) (1 << 30)) + " GiB"
                : "unknown";
    }

    /** What stands behind the first such name in a file; not every system has these files. */
    private static String field(String file, String name, String separator, String otherwise) {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            return otherwise;
        }
        try {
            return Files.readString(path, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(separator) + 1).strip())
                    .orElse(otherwise);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> versions() {
        Properties pom = new Properties();
        try (InputStream in = Machine.class.getResourceAsStream("/versions.properties")) {
            if (in == null) {
                throw new IllegalStateException("There is no versions.properties");
            }
            pom.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> libraries = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        pom.stringPropertyNames().forEach(name -> libraries.put(name, pom.getProperty(name)));
        return libraries;
    }
}
