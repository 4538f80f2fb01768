package io.github.redispatterns.benchmarks.show;

import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Machine;
import io.github.redispatterns.benchmarks.run.Settings;
import io.github.redispatterns.benchmarks.run.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The results as a Markdown document. */
public final class ResultsDocument {

    private final List<String> lines = new ArrayList<>();

    private ResultsDocument() {}

    /**
     * Writes the document.
     *
     * @param title its heading
     * @param reports what was run
     * @param machine on what
     * @param begin when it began
     * @param duration how long it took
     * @return Markdown
     */
    public static String of(
            String title, List<BenchReport> reports, Machine machine, Instant begin, Duration duration) {
        ResultsDocument document = new ResultsDocument();
        document.add("<!-- written by `./recipes bench`, do not edit -->");
        document.add("# " + title);
        document.head(reports, machine, begin, duration);
        document.bounds(
                reports.stream().flatMap(report -> report.verdicts().stream()).toList());
        reports.forEach(document::section);
        return String.join("\n", document.lines) + "\n";
    }

    private void head(List<BenchReport> reports, Machine machine, Instant begin, Duration duration) {
        add("");
        add("How this is measured, and what it does not say, is in `benchmarks/README.md`.");
        add("");
        add("| | |");
        add("|---|---|");
        fact("Date", begin.truncatedTo(ChronoUnit.MINUTES) + ", for " + (duration.toSeconds() + 30) / 60 + " min");
        fact("Processor", machine.processor());
        fact("Memory", machine.memory());
        fact("System", machine.system());
        fact("JVM", machine.java());
        fact(
                "Redis",
                reports.stream()
                        .map(report -> report.server().version() + ", "
                                + report.server().topology() + ", on the same machine")
                        .distinct()
                        .collect(Collectors.joining("; ")));
        machine.libraries().forEach(this::fact);
        fact(
                "Measured",
                reports.stream()
                        .map(BenchReport::settings)
                        .map(Settings::toString)
                        .distinct()
                        .collect(Collectors.joining("; ")));
        add("");
    }

    private void bounds(List<Verdict> verdicts) {
        if (!verdicts.isEmpty()) {
            add("## Bounds");
            add("");
            lines.addAll(Tables.verdicts(verdicts).markdown());
            add("");
        }
    }

    private void section(BenchReport report) {
        add("## " + report.bench().name());
        add("");
        add(report.bench().question());
        add("");
        if (report.failed()) {
            add("It failed: " + report.error());
            add("");
        }
        Tables.of(report).forEach((load, table) -> {
            add("### " + report.bench().name() + ", " + load);
            add("");
            lines.addAll(table.markdown());
            add("");
        });
    }

    private void fact(String name, String value) {
        add("| " + name + " | " + value + " |");
    }

    private void add(String line) {
        lines.add(line);
    }
}
