package io.github.redispatterns.benchmarks.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.benchmarks.compare.Case;
import io.github.redispatterns.benchmarks.compare.Comparison;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Samples;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonRendererTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final JsonRenderer renderer = new JsonRenderer(new PrintStream(out, true, StandardCharsets.UTF_8));

    @Test
    void oneObjectPerCaseOnOneLine() {
        renderer.report(Samples.report());
        assertThat(lines()).hasSize(4);
        assertThat(lines().get(1))
                .isEqualTo("{\"bench\":\"core/get\",\"case\":\"handle\",\"library\":\"handle\","
                        + "\"configuration\":\"default\",\"load\":\"threads 16\",\"threads\":16,"
                        + "\"ops\":165,\"opsMin\":150,\"opsMax\":180,\"spread\":0.1818,"
                        + "\"p50Micros\":800.255,\"p99Micros\":1000.447,\"maxMicros\":1000.447,"
                        + "\"calls\":{\"get\":1},\"reads\":0.5,\"keys\":1,\"bytes\":72,"
                        + "\"ratio\":{\"raw\":1.5,\"peer\":3},\"best\":{\"raw\":\"default\",\"peer\":\"pool of 4\"},"
                        + "\"p99Ratio\":0.5,\"rounds\":3,\"roundMillis\":200,"
                        + "\"redis\":{\"version\":\"Redis 7.0.15\",\"topology\":\"STANDALONE\"}}");
    }

    @Test
    void oneObjectPerBoundAtTheEnd() {
        renderer.summary(List.of(Samples.report()));
        assertThat(lines())
                .containsExactly(
                        "{\"bench\":\"core/get\",\"bound\":\"ops ratio to raw >= 1.4\",\"load\":\"threads 16\","
                                + "\"case\":\"handle\",\"measured\":1.5,\"holds\":true}",
                        "{\"bench\":\"core/get\",\"bound\":\"p99 ratio to raw <= 1.0\",\"load\":\"threads 16\","
                                + "\"case\":\"handle\",\"measured\":0.5,\"holds\":true}",
                        "{\"bench\":\"core/get\",\"bound\":\"ops ratio to raw >= 3.0\",\"load\":\"window 64\","
                                + "\"case\":\"handle\",\"holds\":false}");
    }

    @Test
    void aFailureIsAnObjectAsWell() {
        renderer.report(Samples.failure());
        assertThat(lines()).containsExactly("{\"bench\":\"core/get\",\"error\":\"The worker ended with status 7\"}");
    }

    @Test
    void theListIsObjects() {
        BenchReport report = Samples.report();
        renderer.list(List.of(report.bench()));
        assertThat(lines()).containsExactly("{\"bench\":\"core/get\",\"question\":\"How fast?\"}");
    }

    @Test
    void oneObjectPerRatioOfTwoRunsAndOneForAll() {
        Case which = new Case("core/get", "threads 16", "handle");
        renderer.comparison(Comparison.of(Map.of(which, 1.6), Map.of(which, 1.2)));
        assertThat(lines())
                .containsExactly(
                        "{\"bench\":\"core/get\",\"load\":\"threads 16\",\"case\":\"handle\",\"first\":1.6,\"second\":1.2,"
                                + "\"change\":-0.25}",
                        "{\"ratios\":1,\"medianChange\":0.25,\"largestChange\":0.25,\"largest\":{\"bench\":\"core/get\","
                                + "\"load\":\"threads 16\",\"case\":\"handle\"},\"beyond\":1,\"tolerance\":0.1,\"inOneFile\":0}");
    }

    @Test
    void runsWithoutACommonRatioHaveNoChange() {
        Case which = new Case("core/get", "threads 16", "handle");
        renderer.comparison(Comparison.of(Map.of(which, 1.6), Map.of()));
        assertThat(lines()).containsExactly("{\"ratios\":0,\"beyond\":0,\"tolerance\":0.1,\"inOneFile\":1}");
    }

    private List<String> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
