package io.github.redispatterns.lab.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.FakeExperiment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextRendererTest {

    private static final FakeExperiment GOOD = new FakeExperiment("cache-aside/stampede", 1);
    private static final FakeExperiment BROKEN = new FakeExperiment("locks/crash", 2);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void aReportTellsTheStoryAndTheClaims() {
        text(Style.PLAIN).report(BROKEN.report());
        assertThat(lines())
                .containsExactly(
                        "locks/crash",
                        "  Question  What is asked?",
                        "  Naive     The simple thing.",
                        "            It failed 1000 times.",
                        "  Recipe    The right thing.",
                        "",
                        "  claim         naive  recipe  bound",
                        "  loader calls   1000       2   <= 1  BROKEN",
                        "  late fills        -       3   >= 1   holds",
                        "");
    }

    @Test
    void theSummaryHasOneRowPerExperiment() {
        text(Style.PLAIN).summary(List.of(GOOD.report(), BROKEN.failure()));
        assertThat(lines())
                .containsExactly(
                        "Summary on Redis 7.0.15, STANDALONE",
                        "  experiment            claims  hold   time",
                        "  cache-aside/stampede       2     2  0.0 s   holds",
                        "  locks/crash                0     0  0.0 s  FAILED");
    }

    @Test
    void aFailureIsTold() {
        text(Style.PLAIN).report(BROKEN.failure());
        assertThat(lines()).contains("  FAILED    IllegalStateException: no \"disk\" (Fake.java:1)");
    }

    @Test
    void coloursChangeNoWidth() {
        text(Style.COLOURED).report(BROKEN.report());
        String coloured = out.toString(StandardCharsets.UTF_8);
        assertThat(coloured).contains("\u001b[31mBROKEN\u001b[0m", "\u001b[32mholds\u001b[0m");
        out.reset();
        text(Style.PLAIN).report(BROKEN.report());
        assertThat(coloured.replaceAll("\u001b\\[[0-9]+m", "")).isEqualTo(out.toString(StandardCharsets.UTF_8));
    }

    private TextRenderer text(Style style) {
        return new TextRenderer(new PrintStream(out, true, StandardCharsets.UTF_8), style);
    }

    private List<String> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
