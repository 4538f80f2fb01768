package io.github.redispatterns.benchmarks.show;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.compare.Comparison;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Machine;
import io.github.redispatterns.benchmarks.run.Verdict;
import java.io.PrintStream;
import java.util.List;

/** For people: a heading per bench, a table per load, and the bounds at the end. */
public final class TextRenderer implements Renderer {

    private static final String INDENT = "  ";

    private final PrintStream out;
    private final Style style;

    /**
     * Creates a renderer.
     *
     * @param out where to write
     * @param style how
     */
    public TextRenderer(PrintStream out, Style style) {
        this.out = out;
        this.style = style;
    }

    @Override
    public void list(List<Bench> benches) {
        for (Bench bench : benches) {
            out.println(style.bold(bench.name()));
            out.println(INDENT + bench.question());
        }
    }

    @Override
    public void report(BenchReport report) {
        out.println(style.bold(report.bench().name()) + INDENT + report.bench().question());
        if (report.failed()) {
            out.println(INDENT + style.bad("FAILED") + INDENT + report.error());
        }
        Tables.of(report).forEach((load, table) -> {
            out.println();
            out.println(INDENT + load);
            table.text(INDENT).forEach(out::println);
        });
        out.println();
    }

    @Override
    public void summary(List<BenchReport> reports) {
        if (reports.isEmpty()) {
            return;
        }
        List<Verdict> verdicts =
                reports.stream().flatMap(report -> report.verdicts().stream()).toList();
        if (!verdicts.isEmpty()) {
            out.println(style.bold("Bounds"));
            Tables.verdicts(verdicts).text(INDENT).forEach(out::println);
            out.println();
        }
        Machine machine = Machine.current();
        out.println(reports.get(0).server().version() + ", " + machine.java() + ", " + machine.processor() + ", "
                + machine.memory());
        reports.stream().map(BenchReport::settings).distinct().forEach(out::println);
    }

    @Override
    public void comparison(Comparison comparison) {
        if (!comparison.changes().isEmpty()) {
            ComparisonText.table(comparison).text("").forEach(out::println);
            out.println();
        }
        out.println(ComparisonText.summary(comparison));
    }
}
