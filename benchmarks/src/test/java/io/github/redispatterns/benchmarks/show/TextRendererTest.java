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
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TextRendererTest {

    @Test
    void aTablePerLoad() {
        assertThat(shown(renderer -> renderer.report(Samples.report()))).isEqualTo("""
                        core/get  How fast?

                          threads 16
                          case             ops/s  min  max  spread  p50 µs  p99 µs  max µs  calls/op  reads/op  keys  bytes  x raw  p99 x raw  x handle            x peer
                          raw                100   90  110    20 %   1,000   2,001   2,001     1 get      0.50     1     72      -          -      0.67  2.00 (pool of 4)
                          handle             165  150  180    18 %     800   1,000   1,000     1 get      0.50     1     72   1.50       0.50         -  3.00 (pool of 4)
                          peer                20   20   20     0 %   9,003   9,003   9,003     1 get      0.50     1     72   0.20       9.00      0.12                 -
                          peer, pool of 4     50   45   55    20 %   3,000   3,000   3,000     1 get      0.50     1     72   0.50       3.00      0.33                 -

                        """);
    }

    @Test
    void boundsComeLast() {
        BenchReport report = Samples.report();
        assertThat(shown(renderer -> renderer.summary(List.of(report))))
                .startsWith("""
                        Bounds
                          bench     load        case    bound                    measured  holds
                          core/get  threads 16  handle  ops ratio to raw >= 1.4      1.50    yes
                          core/get  threads 16  handle  p99 ratio to raw <= 1.0      0.50    yes
                          core/get  window 64   handle  ops ratio to raw >= 3.0         -     NO
                        """)
                .contains("Redis 7.0.15, ", "1 fork, 3 rounds of 200 ms each after 400 ms of warm-up");
        assertThat(shown(renderer -> renderer.summary(List.of()))).isEmpty();
    }

    @Test
    void aFailureIsASentence() {
        assertThat(shown(renderer -> renderer.report(Samples.failure())))
                .contains("FAILED  The worker ended with status 7");
    }

    @Test
    void twoRunsAreATableAndASentence() {
        Case handle = new Case("core/get", "threads 16", "handle");
        Case peer = new Case("core/get", "window 64", "peer, pool of 4");
        Comparison comparison = Comparison.of(Map.of(handle, 1.0, peer, 0.5), Map.of(handle, 1.02, peer, 0.44));
        assertThat(shown(renderer -> renderer.comparison(comparison))).isEqualTo("""
                        bench     load        case             first  second   change
                        core/get  window 64   peer, pool of 4  0.500   0.440  -12.0 %
                        core/get  threads 16  handle           1.000   1.020   +2.0 %

                        2 ratios in both; median change 7.0 %, largest 12.0 % (core/get, window 64, peer, pool of 4); 1 of 2 beyond 10 %; 0 stand in one file only
                        """);
    }

    @Test
    void oneIsNotMany() {
        Case which = new Case("core/get", "threads 16", "handle");
        Case other = new Case("core/get", "threads 1", "handle");
        assertThat(shown(renderer ->
                        renderer.comparison(Comparison.of(Map.of(which, 1.0), Map.of(which, 1.0, other, 1.0)))))
                .endsWith("\n1 ratio in both; median change 0.0 %, largest 0.0 % (core/get, threads 16, handle);"
                        + " 0 of 1 beyond 10 %; 1 stands in one file only\n");
        assertThat(shown(renderer -> renderer.comparison(Comparison.of(Map.of(which, 1.0), Map.of(other, 1.0)))))
                .isEqualTo("0 ratios in both; 2 stand in one file only\n");
    }

    private static String shown(Consumer<Renderer> what) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        what.accept(new TextRenderer(new PrintStream(out, true, StandardCharsets.UTF_8), Style.PLAIN));
        return out.toString(StandardCharsets.UTF_8);
    }
}
