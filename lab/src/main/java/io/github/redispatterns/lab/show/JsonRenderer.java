package io.github.redispatterns.lab.show;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Report;
import io.github.redispatterns.lab.run.Result;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One JSON object per experiment, each on a line of its own, and nothing else. */
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
    public void list(List<Experiment> experiments) {
        for (Experiment experiment : experiments) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("experiment", experiment.name());
            line.put("question", experiment.question());
            line.put("naive", experiment.naive());
            line.put("recipe", experiment.recipe());
            write(line);
        }
    }

    @Override
    public void report(Report report) {
        Result result = report.result();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("experiment", report.experiment().name());
        line.put(
                "claims",
                result == null || report.error() != null
                        ? List.of()
                        : result.claims().stream().map(JsonRenderer::claim).toList());
        if (report.error() != null) {
            line.put("error", report.error());
        }
        line.put("redis", report.server());
        line.put("millis", report.millis());
        write(line);
    }

    @Override
    public void summary(List<Report> reports) {
        // Whoever reads the lines can add them up.
    }

    private static Map<String, @Nullable Object> claim(Claim claim) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("claim", claim.claim());
        fields.put("naive", claim.naive());
        fields.put("recipe", claim.recipe());
        fields.put("bound", claim.bound().toString());
        fields.put("holds", claim.holds());
        return fields;
    }

    private void write(Map<String, Object> line) {
        try {
            out.println(json.writeValueAsString(line));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Numbers and text cannot be written as JSON", e);
        }
    }
}
