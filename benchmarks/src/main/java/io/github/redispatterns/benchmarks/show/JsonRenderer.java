package io.github.redispatterns.benchmarks.show;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.compare.Comparison;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Verdict;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One JSON object per case, then one per bound; of two runs one per ratio, then one for all. Each on a line of its own, and
 * nothing else.
 */
public final class JsonRenderer implements Renderer {

    private final PrintStream out;
    private final ObjectMapper json = new ObjectMapper();

    /**
     * Creates a renderer.
     *
     * @param out where to write
     */
    public JsonRenderer(PrintStream out) {
        this.out = out;
    }

    @Override
    public void list(List<Bench> benches) {
        benches.forEach(bench -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("bench", bench.name());
            line.put("question", bench.question());
            write(line);
        });
    }

    @Override
    public void report(BenchReport report) {
        report.rows().forEach(row -> write(JsonRow.of(row, report)));
        if (report.failed()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("bench", report.bench().name());
            line.put("error", report.error());
            write(line);
        }
    }

    @Override
    public void summary(List<BenchReport> reports) {
        reports.stream().flatMap(report -> report.verdicts().stream()).forEach(this::verdict);
    }

    @Override
    public void comparison(Comparison comparison) {
        comparison.changes().forEach(change -> write(ComparisonJson.of(change)));
        write(ComparisonJson.summary(comparison));
    }

    private void verdict(Verdict verdict) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("bench", verdict.bench());
        line.put("bound", verdict.bound().toString());
        line.put("load", verdict.bound().load().toString());
        line.put("case", verdict.bound().label());
        if (!Double.isNaN(verdict.measured())) {
            line.put("measured", JsonRow.rounded(verdict.measured()));
        }
        line.put("holds", verdict.holds());
        write(line);
    }

    private void write(Map<String, Object> line) {
        try {
            out.println(json.writeValueAsString(line));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Numbers and text cannot be written as JSON", e);
        }
    }
}
