package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Machine;
import io.github.redispatterns.benchmarks.show.ResultsDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The file that the results of a run go to, if they do. Made when the run begins. */
final class Results {

    static final String NAME = "RESULTS.md";

    private final @Nullable Path file;
    private final Instant begin = Instant.now();
    private final long beginNanos = System.nanoTime();

    private Results(@Nullable Path file) {
        this.file = file;
    }

    static Results to(Path file) {
        return new Results(file);
    }

    static Results none() {
        return new Results(null);
    }

    /** Says what became of the file. A run in which something failed leaves the results of the last one. */
    String write(List<BenchReport> reports) {
        if (file == null) {
            return NAME + " was left as it is: this was not a full run of everything on the embedded Redis";
        }
        if (reports.stream().anyMatch(BenchReport::failed)) {
            return file + " was left as it is, because something failed";
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - beginNanos);
        try {
            Files.writeString(file, ResultsDocument.of(reports, Machine.current(), begin, duration));
        } catch (IOException e) {
            throw new UncheckedIOException("The results cannot be written to " + file, e);
        }
        return "The results are in " + file;
    }
}
