package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.catalog.Catalog;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Machine;
import io.github.redispatterns.benchmarks.show.ResultsDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files that the reports of a run go to. Made when the run begins, and told of each report as it comes. */
sealed interface Results {

    /** What is worth keeping in the project: a document for each module that has been measured whole. */
    static Results ofModules(Path directory, Catalog catalog) {
        return new OfModules(directory, catalog);
    }

    /** All of the run in one document, at its end. */
    static Results in(Path file) {
        return new InOneFile(file);
    }

    static Results none() {
        return new None();
    }

    void add(BenchReport report);

    /** Says what became of the files. A module or a run in which something failed leaves those of the last one. */
    String end();

    /** Reports that belong together, and how long they took. */
    final class Part {

        private final Instant begin = Instant.now();
        private final long beginNanos = System.nanoTime();
        private final List<BenchReport> reports = new ArrayList<>();

        private List<Bench> benches() {
            return reports.stream().map(BenchReport::bench).toList();
        }

        private boolean failed() {
            return reports.stream().anyMatch(BenchReport::failed);
        }

        private void write(Path file, String title) {
            Duration duration = Duration.ofNanos(System.nanoTime() - beginNanos);
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.writeString(file, ResultsDocument.of(title, reports, Machine.current(), begin, duration));
            } catch (IOException e) {
                throw new UncheckedIOException("The results cannot be written to " + file, e);
            }
        }
    }

    /** Written as soon as the module is complete, so that a long run that is ended early was not for nothing. */
    final class OfModules implements Results {

        private final Path directory;
        private final Catalog catalog;
        private final Map<String, Part> parts = new HashMap<>();
        private final List<String> written = new ArrayList<>();
        private final List<String> failed = new ArrayList<>();
        private Part next = new Part();

        private OfModules(Path directory, Catalog catalog) {
            this.directory = directory;
            this.catalog = catalog;
        }

        @Override
        public void add(BenchReport report) {
            String module = report.bench().module();
            Part part = parts.computeIfAbsent(module, name -> next);
            part.reports.add(report);
            next = new Part();
            if (part.benches().containsAll(catalog.of(module))) {
                if (part.failed()) {
                    failed.add(module);
                } else {
                    part.write(directory.resolve(module + ".md"), "Results: " + module);
                    written.add(module);
                }
            }
        }

        @Override
        public String end() {
            if (!failed.isEmpty()) {
                return directory + " was left as it is where something failed: " + String.join(", ", failed);
            }
            return written.isEmpty()
                    ? directory + " was left as it is: no module was measured whole"
                    : "The results are in " + directory + ": " + String.join(", ", written);
        }
    }

    /** The file that somebody asked for. */
    final class InOneFile implements Results {

        private final Path file;
        private final Part all = new Part();

        private InOneFile(Path file) {
            this.file = file;
        }

        @Override
        public void add(BenchReport report) {
            all.reports.add(report);
        }

        @Override
        public String end() {
            if (all.failed()) {
                return file + " was left as it is, because something failed";
            }
            all.write(file, "Results");
            return "The results are in " + file;
        }
    }

    /** Nowhere. */
    final class None implements Results {

        private None() {}

        @Override
        public void add(BenchReport report) {}

        @Override
        public String end() {
            return "No results were kept: this was not a full run on the embedded Redis";
        }
    }
}
