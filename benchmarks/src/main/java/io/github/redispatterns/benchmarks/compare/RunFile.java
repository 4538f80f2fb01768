package io.github.redispatterns.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.benchmarks.bench.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code --json} wrote in one run. */
public final class RunFile {

    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private final Map<Case, Double> ratios = new LinkedHashMap<>();
    private final Path file;

    private RunFile(Path file) {
        this.file = file;
    }

    /**
     * Reads the ratios of a run.
     *
     * @param file JSON lines: cases, and also bounds and failures, which have no ratios
     * @return the cases' ratios to {@code raw}, at least one, in the order of the file
     * @throws IllegalArgumentException if the file is not there, or is something else
     */
    public static Map<Case, Double> ratios(Path file) {
        RunFile run = new RunFile(file);
        List<String> lines = run.lines();
        for (int i = 0; i < lines.size(); i++) {
            run.add(lines.get(i), i + 1);
        }
        if (run.ratios.isEmpty()) {
            throw new IllegalArgumentException(file + " has no ratio to " + Contender.RAW);
        }
        return run.ratios;
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("There is no file " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read as text: " + e.getMessage(), e);
        }
    }

    private void add(String line, int number) {
        JsonNode fields = parse(line, number);
        if (!fields.has("bench")) {
            throw foreign(number);
        }
        if (fields.has("bound") || fields.has("error")) {
            return;
        }
        Case which =
                new Case(text(fields, "bench", number), text(fields, "load", number), text(fields, "case", number));
        JsonNode ratio = fields.path("ratio").path(Contender.RAW);
        if (ratio.isMissingNode() && fields.path("ratio").isObject()) {
            return; // the limit's own row, or one of a bench without it
        }
        if (!(ratio.asDouble() > 0 && Double.isFinite(ratio.asDouble()))) {
            throw foreign(number);
        }
        if (ratios.put(which, ratio.asDouble()) != null) {
            throw new IllegalArgumentException(file + " holds more than one run: " + which + " stands there twice");
        }
    }

    private JsonNode parse(String line, int number) {
        try {
            return json.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(foreign(number).getMessage(), e);
        }
    }

    private String text(JsonNode fields, String name, int number) {
        JsonNode field = fields.path(name);
        if (!field.isTextual()) {
            throw foreign(number);
        }
        return field.textValue();
    }

    private IllegalArgumentException foreign(int number) {
        return new IllegalArgumentException(
                file + " was not written by recipes bench --json: line " + number + " is something else");
    }
}
