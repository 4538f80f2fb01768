package io.github.redispatterns.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.catalog.Catalog;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Length;
import io.github.redispatterns.benchmarks.run.Progress;
import io.github.redispatterns.benchmarks.run.Samples;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {

    @TempDir
    private Path root;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final RecordingLaboratory laboratory = new RecordingLaboratory();
    private Map<String, String> environment = Map.of();

    @BeforeEach
    void makeTheModule() throws Exception {
        Files.createDirectory(root.resolve("benchmarks"));
    }

    @Test
    void everythingIsMeasuredWithoutNamesAndTheResultsAreKept() {
        assertThat(bench()).isZero();
        assertThat(laboratory.ran)
                .extracting(Catalog.Group::name)
                .isEqualTo(Catalog.all().pick(List.of()).stream()
                        .map(Catalog.Group::name)
                        .toList());
        assertThat(laboratory.length).isEqualTo(Length.FULL);
        assertThat(results("core")).content().contains("do not edit", "# Results: core", "core/get", "core/evalsha");
        assertThat(results("locks")).content().contains("## locks/contended").doesNotContain("## core/get");
        assertThat(out()).contains("core/get", "Bounds");
    }

    @Test
    void aModuleThatIsMeasuredWholeIsKeptAndNoOther() {
        assertThat(bench("core", "locks/contended")).isZero();
        assertThat(results("core")).exists();
        assertThat(results("locks")).doesNotExist();
        assertThat(err()).contains("The results are in ", "benchmarks/results: core\n");
        assertThat(bench("locks/contended")).isZero();
        assertThat(results("locks")).doesNotExist();
        assertThat(err()).contains("was left as it is: no module was measured whole");
        assertThat(bench("locks/contended", "locks/uncontended")).isZero();
        assertThat(results("locks")).exists();
    }

    @Test
    void quickAndForeignRunsLeaveTheResultsAlone() {
        assertThat(bench("--quick")).isZero();
        assertThat(laboratory.length).isEqualTo(Length.QUICK);
        assertThat(bench("--redis", "redis://127.0.0.1:1")).isZero();
        environment = Map.of("REDIS_URI", "redis://127.0.0.1:1");
        assertThat(bench()).isZero();
        assertThat(results("core").getParent()).doesNotExist();
        assertThat(err()).contains("No results were kept");
    }

    @Test
    void resultsOfAPartialRunGoWhereTheyAreSent() {
        Path file = root.resolve("mine.md");
        assertThat(bench("core", "--results", file.toString())).isZero();
        assertThat(file).content().contains("core/get");
        assertThat(results("core")).doesNotExist();
    }

    @Test
    void aRunThatFailedIsToldByItsStatusAndLeavesTheResultsAlone() {
        laboratory.report = Samples.failure();
        assertThat(bench()).isEqualTo(1);
        assertThat(out()).contains("FAILED  The worker ended with status 7");
        assertThat(err()).contains("was left as it is where something failed: core, ");
        assertThat(results("core")).doesNotExist();
        assertThat(bench("core", "--results", root.resolve("mine.md").toString()))
                .isEqualTo(1);
        assertThat(err()).contains("because something failed");
        assertThat(root.resolve("mine.md")).doesNotExist();
    }

    @Test
    void aBrokenBoundIsTheStatusOnlyWhenThatIsAskedFor() {
        laboratory.report = Samples.report();
        assertThat(bench()).isZero();
        assertThat(bench("--strict")).isEqualTo(1);
        laboratory.report = Samples.fine();
        assertThat(bench("--strict")).isZero();
    }

    @Test
    void whatCannotBeMeantIsAUsageError() {
        assertThat(bench("core/gett")).isEqualTo(2);
        assertThat(err()).contains("recipes bench: There is no bench or module \"core/gett\"", "Try: recipes bench");
        assertThat(bench("core", "list")).isEqualTo(2); // a word of its own only where it comes first
        assertThat(err()).contains("There is no bench or module \"list\"");
        assertThat(bench("list", "core/gett")).isEqualTo(2);
        assertThat(bench("--nonsense")).isEqualTo(2);
        assertThat(real("--redis", "mysql://127.0.0.1:1")).isEqualTo(2);
        assertThat(err()).contains("uri: must be such as redis://");
        assertThat(laboratory.ran).isEmpty();
        assertThat(out()).isEmpty();
    }

    @Test
    void aRedisThatDoesNotAnswerIsToldInOneSentence() {
        assertThat(real("--redis", "redis://:secret@127.0.0.1:1")).isEqualTo(1);
        assertThat(err())
                .contains("recipes bench: The Redis at redis://127.0.0.1:1 (given URI) does not answer: ")
                .doesNotContain("secret", "\tat ");
    }

    @Test
    void listAndHelpMeasureNothing() {
        assertThat(bench("list", "core")).isZero();
        assertThat(out()).contains("core/get", "core/evalsha").doesNotContain("near-cache");
        assertThat(bench("list", "--json")).isZero();
        assertThat(out()).contains("{\"bench\":\"near-cache/hit\",\"question\":");
        assertThat(bench("--help")).isZero();
        assertThat(out())
                .contains(
                        "recipes bench [NAME...]",
                        "recipes bench list",
                        "--quick",
                        "--compare=FIRST SECOND",
                        "--strict",
                        "benchmarks/results");
        assertThat(bench("--version")).isZero();
        assertThat(err()).isEmpty();
        assertThat(laboratory.ran).isEmpty();
    }

    @Test
    void jsonIsOneLineEachAndNothingElse() {
        assertThat(bench("--json", "core")).isZero();
        assertThat(out().lines()).hasSizeGreaterThan(4).allMatch(line -> line.startsWith("{\"bench\":\""));
    }

    @Test
    void twoRunsAreComparedAndNothingIsMeasured() throws Exception {
        String first = file("first.jsonl", "1.0");
        String second = file("second.jsonl", "1.25");
        assertThat(bench("--compare", first, second)).isZero();
        assertThat(out()).contains("+25.0 %", "\n1 ratio in both; ", "; 1 of 1 beyond 10 %; ");
        assertThat(bench("--strict", "--compare", first, second)).isEqualTo(1);
        assertThat(bench("--compare", first, first, "--strict", "--json")).isZero();
        assertThat(out()).contains("{\"ratios\":1,");
        assertThat(laboratory.ran).isEmpty();
        assertThat(err()).isEmpty();
    }

    @Test
    void aComparisonIsOfTwoFilesAndNothingElse() throws Exception {
        String run = file("run.jsonl", "1.0");
        assertThat(bench("--compare", run, run, "core")).isEqualTo(2);
        assertThat(bench("list", "--compare", run, run)).isEqualTo(2);
        assertThat(bench("--compare", run, run, "--quick")).isEqualTo(2);
        assertThat(bench("--compare", run, run, "--compare", run, run)).isEqualTo(2);
        assertThat(err().lines().distinct())
                .containsExactly(
                        "recipes bench: --compare takes two files, and beside them only --json and --strict",
                        "Try: recipes bench --help");
        assertThat(bench("--compare", run)).isEqualTo(2);
        assertThat(bench("--compare", run, "nowhere.jsonl")).isEqualTo(2);
        assertThat(err()).contains("recipes bench: There is no file nowhere.jsonl\n");
        assertThat(laboratory.ran).isEmpty();
        assertThat(out()).isEmpty();
    }

    private String file(String name, String ratio) throws Exception {
        String line =
                "{\"bench\":\"core/get\",\"case\":\"handle\",\"load\":\"threads 1\",\"ratio\":{\"raw\":" + ratio + "}}";
        return Files.writeString(root.resolve(name), line).toString();
    }

    private int bench(String... args) {
        return execute(true, args);
    }

    private int real(String... args) {
        return execute(false, args);
    }

    private int execute(boolean fake, String... args) {
        PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
        Terminal terminal = Terminal.of(new PrintStream(out, true, StandardCharsets.UTF_8), errStream, "", Map.of());
        BenchCommand command = new BenchCommand(Catalog.all(), terminal, environment, root.toString());
        return Main.commandLine(fake ? command.on(laboratory) : command, terminal)
                .execute(args);
    }

    private Path results(String module) {
        return root.resolve("benchmarks/results/" + module + ".md");
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static final class RecordingLaboratory implements Laboratory {
        private List<Catalog.Group> ran = List.of();
        private Length length;
        private BenchReport report = Samples.report();

        @Override
        public void run(List<Catalog.Group> groups, Length howLong, Progress progress, Consumer<BenchReport> reports) {
            ran = groups;
            length = howLong;
            groups.stream()
                    .flatMap(group -> group.benches().stream())
                    .map(this::report)
                    .forEach(reports);
        }

        private BenchReport report(Bench bench) {
            return new BenchReport(
                    bench, report.server(), report.settings(), report.rows(), report.verdicts(), report.error());
        }
    }
}
