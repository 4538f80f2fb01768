package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Bound;
import java.util.List;

/**
 * A bound and what was measured.
 *
 * @param bench the bench
 * @param bound the bound
 * @param measured the ratio; NaN if it was not measured
 */
public record Verdict(String bench, Bound bound, double measured) {

    static List<Verdict> of(String bench, List<Bound> bounds, List<Row> rows) {
        return bounds.stream()
                .map(bound -> new Verdict(bench, bound, measured(bound, rows)))
                .toList();
    }

    private static double measured(Bound bound, List<Row> rows) {
        for (Row row : rows) {
            Ratio ratio = row.ratios().get(bound.against());
            if (ratio != null && row.label().equals(bound.label()) && row.load().equals(bound.load())) {
                Double p99 = ratio.p99();
                return switch (bound.metric()) {
                    case OPS -> ratio.ops();
                    case P99 -> p99 == null ? Double.NaN : p99;
                };
            }
        }
        return Double.NaN;
    }

    /**
     * Whether the bound holds.
     *
     * @return false also if nothing was measured
     */
    public boolean holds() {
        return bound.allows(measured);
    }
}
