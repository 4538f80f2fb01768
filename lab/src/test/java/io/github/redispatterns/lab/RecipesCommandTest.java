package io.github.redispatterns.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Load;
import io.github.redispatterns.lab.run.Progress;
import io.github.redispatterns.lab.run.Report;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RecipesCommandTest {

    private static final FakeExperiment GOOD = new FakeExperiment("cache-aside/stampede", 1);
    private static final FakeExperiment OTHER = new FakeExperiment("cache-aside/stale-set", 0);
    private static final FakeExperiment BROKEN = new FakeExperiment("locks/crash", 2);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final RecordingLaboratory laboratory = new RecordingLaboratory();

    @Test
    void everyExperimentRunsWithoutNames() {
        assertThat(recipes()).isEqualTo(1);
        assertThat(laboratory.ran).containsExactly(GOOD, OTHER, BROKEN);
        assertThat(out()).contains("Summary on Redis 7.0.15, STANDALONE", "BROKEN");
    }

    @Test
    void theStatusIsZeroOnlyIfEveryClaimHolds() {
        assertThat(recipes("run", "cache-aside/stampede")).isZero();
        assertThat(recipes("locks/crash", "cache-aside/stampede")).isEqualTo(1);
        laboratory.fails = true;
        assertThat(recipes("cache-aside/stampede")).isEqualTo(1);
        assertThat(out()).contains("FAILED");
    }

    @Test
    void aModuleStandsForItsExperimentsAndNothingRunsTwice() {
        assertThat(recipes("run", "cache-aside/stale-set", "cache-aside")).isZero();
        assertThat(laboratory.ran).containsExactly(OTHER, GOOD);
    }

    @Test
    void anUnknownNameIsAUsageErrorThatNamesTheNearest() {
        assertThat(recipes("run", "cache-aside/stampeed")).isEqualTo(2);
        assertThat(err()).contains("\"cache-aside/stampeed\"; the nearest are cache-aside/stampede, ");
        assertThat(recipes("lock")).isEqualTo(2);
        assertThat(err()).contains("\"lock\"; the nearest are locks, ");
        assertThat(recipes("list", "nonsense")).isEqualTo(2);
        assertThat(laboratory.ran).isEmpty();
        assertThat(out()).isEmpty();
    }

    @Test
    void wrongOptionsAreUsageErrorsThatNameTheOption() {
        assertThat(recipes("--scale", "0")).isEqualTo(2);
        assertThat(err()).contains("scale: must be more than 0 and at most 1000, is 0.0");
        assertThat(recipes("--scale", "NaN")).isEqualTo(2);
        assertThat(recipes("--topology", "ring")).isEqualTo(2);
        assertThat(err()).contains("--topology");
        assertThat(recipes("--seed", "many")).isEqualTo(2);
        assertThat(recipes("--nonsense")).isEqualTo(2);
        assertThat(laboratory.ran).isEmpty();
    }

    @Test
    void optionsStandBeforeOrAfterNames() {
        assertThat(recipes("--seed", "7", "run", "cache-aside", "--scale", "0.5", "--topology", "Sentinel"))
                .isZero();
        assertThat(laboratory.load).isEqualTo(new Load(0.5, 7));
        assertThat(out()).contains("seed 7, scale 0.5");
    }

    @Test
    void jsonIsOneLinePerExperimentAndNothingElse() {
        assertThat(recipes("--json")).isEqualTo(1);
        assertThat(out().lines()).hasSize(3).allMatch(line -> line.startsWith("{\"experiment\":\""));
    }

    @Test
    void listShowsWhatThereIsAndRunsNothing() {
        assertThat(recipes("list")).isZero();
        assertThat(out()).contains("cache-aside/stampede", "locks/crash", "What is asked?");
        assertThat(laboratory.ran).isEmpty();
    }

    @Test
    void helpAndVersionGoToStandardOutput() {
        assertThat(recipes("--help")).isZero();
        assertThat(out())
                .contains("recipes [run] [NAME...]", "recipes list", "recipes bench", "--redis", "exit status");
        assertThat(recipes("--version")).isZero();
        assertThat(out()).contains("recipes ");
        assertThat(err()).isEmpty();
    }

    @Test
    void aWrongRedisIsToldInOneSentence() {
        assertThat(real("--redis", "mysql://127.0.0.1:1")).isEqualTo(2);
        assertThat(err()).contains("recipes: uri: must be such as redis://host:6379");
        assertThat(real("--redis", "redis://:secret@127.0.0.1:1", "--topology", "cluster"))
                .isEqualTo(1);
        assertThat(err())
                .contains(
                        "--topology has no effect",
                        "recipes: The Redis at redis://127.0.0.1:1 (given URI) does not answer: ")
                .doesNotContain("secret", "\tat ");
    }

    private int recipes(String... args) {
        return execute(true, args);
    }

    private int real(String... args) {
        return execute(false, args);
    }

    private int execute(boolean fake, String... args) {
        PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
        Terminal terminal = Terminal.of(new PrintStream(out, true, StandardCharsets.UTF_8), errStream, "", Map.of());
        Catalog catalog = new Catalog(List.of(GOOD, OTHER, BROKEN));
        RecipesCommand command = new RecipesCommand(catalog, terminal, Map.of());
        return Main.commandLine(fake ? command.on(laboratory) : command, terminal)
                .execute(args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static final class RecordingLaboratory implements Laboratory {
        private List<Experiment> ran = List.of();
        private Load load;
        private boolean fails;

        @Override
        public boolean run(List<Experiment> experiments, Load amount, Progress progress, Consumer<Report> reports) {
            ran = experiments;
            load = amount;
            boolean all = true;
            for (Experiment experiment : experiments) {
                FakeExperiment fake = (FakeExperiment) experiment;
                Report report = fails ? fake.failure() : fake.report();
                all &= report.holds();
                reports.accept(report);
            }
            return all;
        }
    }
}
