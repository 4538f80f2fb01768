package io.github.redispatterns.benchmarks.show;

import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Footprint;
import io.github.redispatterns.benchmarks.run.Latency;
import io.github.redispatterns.benchmarks.run.Ratio;
import io.github.redispatterns.benchmarks.run.Row;
import io.github.redispatterns.benchmarks.run.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tables of a report. */
final class Tables {

    private Tables() {}

    /** One table per load. */
    static Map<Load, Table> of(BenchReport report) {
        Map<Load, List<Row>> loads = report.rows().stream()
                .collect(Collectors.groupingBy(Row::load, LinkedHashMap::new, Collectors.toList()));
        Map<Load, Table> tables = new LinkedHashMap<>();
        loads.forEach((load, rows) -> tables.put(load, table(rows)));
        return tables;
    }

    static Table verdicts(List<Verdict> verdicts) {
        return new Table(
                4,
                List.of("bench", "load", "case", "bound", "measured", "holds"),
                verdicts.stream()
                        .map(each -> List.of(
                                each.bench(),
                                each.bound().load().toString(),
                                each.bound().label(),
                                each.bound().toString(),
                                measured(each),
                                each.holds() ? "yes" : "NO"))
                        .toList());
    }

    private static String measured(Verdict verdict) {
        return verdict.bound().metric() == Bound.Metric.OPS_PER_SECOND
                ? Figures.whole(verdict.measured())
                : Figures.ratio(verdict.measured());
    }

    private static Table table(List<Row> rows) {
        Map<String, Function<Row, String>> columns = new LinkedHashMap<>();
        columns.put("case", Row::label);
        if (rows.stream().allMatch(row -> row.latency() == null)) {
            columns.put("ns/op", row -> Figures.nanosPerOperation(row.ops().median()));
        }
        columns.put("ops/s", row -> Figures.whole(row.ops().median()));
        columns.put("min", row -> Figures.whole(row.ops().min()));
        columns.put("max", row -> Figures.whole(row.ops().max()));
        columns.put("spread", row -> Figures.percent(row.ops().spread()));
        if (rows.stream().anyMatch(row -> row.latency() != null)) {
            columns.put("p50 µs", latency(Latency::p50Micros));
            columns.put("p99 µs", latency(Latency::p99Micros));
            columns.put("max µs", latency(Latency::maxMicros));
            columns.put("calls/op", row -> Figures.calls(row.usage().calls()));
            columns.put("reads/op", row -> Figures.ratio(row.usage().reads()));
            if (rows.stream().anyMatch(row -> row.usage().loads() > 0)) {
                columns.put("loads/op", row -> Figures.ratio(row.usage().loads()));
            }
            if (rows.stream().anyMatch(row -> row.load().isContended())) {
                columns.put("uneven", row -> Figures.finePercent(row.unevenness()));
            }
            columns.put("keys", footprint(Footprint::keys));
            columns.put("bytes", footprint(Footprint::bytes));
        }
        comparisons(rows, columns);
        List<List<String>> cells = new ArrayList<>();
        for (Row row : rows) {
            cells.add(columns.values().stream().map(cell -> cell.apply(row)).toList());
        }
        return new Table(1, List.copyOf(columns.keySet()), cells);
    }

    private static void comparisons(List<Row> rows, Map<String, Function<Row, String>> columns) {
        Set<String> libraries = new LinkedHashSet<>(List.of(Contender.RAW, Contender.HANDLE));
        Set<String> compared = rows.stream()
                .flatMap(row -> row.ratios().keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        libraries.retainAll(compared);
        libraries.addAll(compared);
        for (String library : libraries) {
            columns.put("x " + library, row -> ratio(row.ratios().get(library)));
            if (library.equals(Contender.RAW) && rows.stream().anyMatch(row -> row.latency() != null)) {
                columns.put("p99 x raw", row -> p99(row.ratios().get(library)));
            }
        }
    }

    private static String ratio(@Nullable Ratio ratio) {
        if (ratio == null) {
            return Figures.NONE;
        }
        String best = ratio.best().equals(Contender.DEFAULT) ? "" : " (" + ratio.best() + ")";
        return Figures.ratio(ratio.ops()) + best;
    }

    private static String p99(@Nullable Ratio ratio) {
        return ratio == null ? Figures.NONE : Figures.ratio(ratio.p99());
    }

    private static Function<Row, String> latency(Function<Latency, Double> figure) {
        return row -> row.latency() == null ? Figures.NONE : Figures.micros(figure.apply(row.latency()));
    }

    /** A dash where nothing is kept in Redis. */
    private static Function<Row, String> footprint(Function<Footprint, Number> figure) {
        return row -> row.footprint() == null || row.footprint().keys() == 0
                ? Figures.NONE
                : Figures.whole(figure.apply(row.footprint()).doubleValue());
    }
}
