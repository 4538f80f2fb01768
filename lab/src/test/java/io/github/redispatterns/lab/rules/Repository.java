package io.github.redispatterns.lab.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of the project. */
final class Repository {

    /** Where {@code mvnw} is. */
    static final Path ROOT = root(Path.of("").toAbsolutePath());

    private Repository() {}

    private static Path root(Path start) {
        for (Path each = start; each != null; each = each.getParent()) {
            if (Files.exists(each.resolve("mvnw")) && Files.exists(each.resolve("pom.xml"))) {
                return each;
            }
        }
        throw new IllegalStateException(start + " is not inside the project");
    }

    /** Every Markdown file of the root and of the modules. */
    static List<Path> documents() {
        try (Stream<Path> files = Files.walk(ROOT, 2)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !ROOT.relativize(file).toString().contains("target"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every script that a module ships. */
    static List<Path> scripts() {
        return list(ROOT).stream()
                .map(module -> module.resolve("src/main/lua"))
                .filter(Files::isDirectory)
                .flatMap(folder -> list(folder).stream())
                .filter(file -> file.toString().endsWith(".lua"))
                .toList();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
