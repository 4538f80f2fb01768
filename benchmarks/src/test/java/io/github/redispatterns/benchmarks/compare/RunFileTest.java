package io.github.redispatterns.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import io.github.redispatterns.benchmarks.run.Samples;
import io.github.redispatterns.benchmarks.show.JsonRenderer;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFileTest {

    private static final String ROW =
            "{\"bench\":\"core/get\",\"case\":\"handle\",\"load\":\"threads 16\",\"ratio\":{\"raw\":1.5}}";

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = directory.resolve("run.jsonl");
    }

    /** All that a run may write: cases, of which raw has no ratio to itself, a failure, and bounds. */
    @Test
    void whatARunWroteIsRead() throws Exception {
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), true, StandardCharsets.UTF_8)) {
            JsonRenderer renderer = new JsonRenderer(out);
            renderer.report(Samples.report());
            renderer.report(Samples.failure());
            renderer.summary(List.of(Samples.report()));
        }
        assertThat(RunFile.ratios(file))
                .containsExactly(
                        entry(new Case("core/get", "threads 16", "handle"), 1.5),
                        entry(new Case("core/get", "threads 16", "peer"), 0.2),
                        entry(new Case("core/get", "threads 16", "peer, pool of 4"), 0.5));
    }

    @Test
    void somethingElseIsToldByItsLine() throws Exception {
        for (String line : List.of(
                "",
                "# Results",
                "3",
                ROW + ROW,
                "{}",
                "{\"bench\":\"core/get\",\"question\":\"How fast?\"}",
                ROW.replace("\"handle\"", "7"),
                ROW.replace("{\"raw\":1.5}", "1.5"),
                ROW.replace("1.5", "\"fast\""),
                ROW.replace("1.5", "0"))) {
            Files.write(file, List.of(ROW.replace("handle", "peer"), line));
            assertThatIllegalArgumentException()
                    .as(line)
                    .isThrownBy(() -> RunFile.ratios(file))
                    .withMessage(file + " was not written by recipes bench --json: line 2 is something else");
        }
    }

    @Test
    void twoRunsInOneFileAreNotOne() throws Exception {
        Files.write(file, List.of(ROW, ROW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunFile.ratios(file))
                .withMessage(file + " holds more than one run: core/get, threads 16, handle stands there twice");
    }

    @Test
    void aFileWithoutRatiosIsNoRun() throws Exception {
        Files.write(file, List.of("{\"bench\":\"core/get\",\"error\":\"The worker ended with status 7\"}"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunFile.ratios(file))
                .withMessage(file + " has no ratio to raw");
    }

    @Test
    void whatCannotBeReadIsTold() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunFile.ratios(file))
                .withMessage("There is no file " + file);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunFile.ratios(directory))
                .withMessageStartingWith(directory + " cannot be read as text: ");
        Files.write(file, new byte[] {'{', (byte) 0xff});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunFile.ratios(file))
                .withMessageStartingWith(file + " cannot be read as text: ");
    }
}
