package io.github.redispatterns.benchmarks.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.benchmarks.run.Machine;
import io.github.redispatterns.benchmarks.run.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsDocumentTest {

    private static final Machine MACHINE = new Machine("2 x Model", "8 GiB", "Linux", "JDK", Map.of("Lettuce", "7"));

    @Test
    void theHeadSaysWithWhatAndTheBoundsComeFirst() {
        String document = ResultsDocument.of(
                "Results: core",
                List.of(Samples.report()),
                MACHINE,
                Instant.parse("2026-01-02T03:04:05Z"),
                Duration.ofMinutes(7));
        assertThat(document)
                .startsWith("<!-- written by `./recipes bench`, do not edit -->\n# Results: core\n")
                .contains(
                        "| Date | 2026-01-02T03:04:00Z, for 7 min |",
                        "| Processor | 2 x Model |",
                        "| Lettuce | 7 |",
                        "| Redis | Redis 7.0.15, STANDALONE, on the same machine |",
                        """
                        ## Bounds

                        | bench    | load       | case   | bound                   | measured | holds |
                        |----------|------------|--------|-------------------------|---------:|------:|
                        | core/get | threads 16 | handle | ops ratio to raw >= 1.4 |     1.50 |   yes |
                        """,
                        "## core/get\n\nHow fast?\n\n### core/get, threads 16\n\n| case            | ops/s |");
    }

    @Test
    void thisMachineHasAllOfIt() {
        Machine machine = Machine.current();
        assertThat(machine.processor()).matches("\\d+ x .+");
        assertThat(machine.libraries()).containsKeys("Lettuce", "Caffeine", "redis-patterns");
        assertThat(machine.libraries().values()).allMatch(version -> version.matches("\\d.*"));
    }
}
