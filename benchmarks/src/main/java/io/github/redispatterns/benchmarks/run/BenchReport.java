package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Bench;
import java.util.List;

/**
 * How one bench ended.
 *
 * @param bench the bench
 * @param server the Redis
 * @param settings how long was measured
 * @param rows load by load; none if it failed
 * @param verdicts on its bounds; none if it failed
 * @param error a sentence; empty if it did not fail
 */
public record BenchReport(
        Bench bench, Server server, Settings settings, List<Row> rows, List<Verdict> verdicts, String error) {

    /**
     * Whether it could not be run to its end.
     *
     * @return true if there is an error
     */
    public boolean failed() {
        return !error.isEmpty();
    }
}
