package io.github.redispatterns.benchmarks.show;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.compare.Comparison;
import io.github.redispatterns.benchmarks.run.BenchReport;
import java.util.List;

/** Writes what there is, what was measured, and how two runs compare. */
public interface Renderer {

    /**
     * Lists benches.
     *
     * @param benches in this order
     */
    void list(List<Bench> benches);

    /**
     * Shows how one bench ended, at once.
     *
     * @param report the report
     */
    void report(BenchReport report);

    /**
     * Closes after the last bench.
     *
     * @param reports all of the run
     */
    void summary(List<BenchReport> reports);

    /**
     * Shows how two runs compare.
     *
     * @param comparison all of it
     */
    void comparison(Comparison comparison);
}
