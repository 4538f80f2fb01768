package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Bound;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bound and what was measured.
 *
 * @param bench the bench
 * @param bound the bound
 * @param measured the ratio, or the figure of the row; NaN if it was not measured
 */
public record Verdict(String bench, Bound bound, double measured) {

    private static final double MICROS_PER_MILLI = 1000;

    static List<Verdict> of(String bench, List<Bound> bounds, List<Row> rows) {
        return bounds.stream()
                .map(bound -> new Verdict(bench, bound, measured(bound, rows)))
                .toList();
    }

    private static double measured(Bound bound, List<Row> rows) {
        return rows.stream()
                .filter(row -> row.label().equals(bound.label()) && row.load().equals(bound.load()))
                .mapToDouble(row -> measured(bound, row))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static double measured(Bound bound, Row row) {
        Ratio ratio = bound.against() == null ? null : row.ratios().get(bound.against());
        Latency latency = row.latency();
        return switch (bound.metric()) {
            case OPS -> ratio == null ? Double.NaN : ratio.ops();
            case OPS_PER_SECOND -> row.ops().median();
            case P99 -> orNaN(ratio == null ? null : ratio.p99());
            case P50_MILLIS -> latency == null ? Double.NaN : latency.p50Micros() / MICROS_PER_MILLI;
            case LOADS -> row.usage().loads();
            case READS -> row.usage().reads();
            case SCRIPTS -> row.usage().scripts();
            case UNEVENNESS -> row.unevenness();
        };
    }

    private static double orNaN(@Nullable Double figure) {
        return figure == null ? Double.NaN : figure;
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
