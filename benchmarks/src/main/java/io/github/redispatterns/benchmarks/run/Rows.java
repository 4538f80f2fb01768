package io.github.redispatterns.benchmarks.run;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes rows of samples: each is compared with those of its load. */
final class Rows {

    private final String bench;
    private final List<Sample> samples;

    private Rows(String bench, List<Sample> samples) {
        this.bench = bench;
        this.samples = samples;
    }

    static List<Row> of(String bench, List<Sample> samples) {
        Rows rows = new Rows(bench, samples);
        return samples.stream().map(rows::row).toList();
    }

    private Row row(Sample sample) {
        return new Row(
                bench,
                sample.who().label(),
                sample.who().library(),
                sample.who().configuration(),
                sample.load(),
                sample.summary(),
                sample.latency(),
                sample.usage(),
                sample.unevenness(),
                sample.footprint(),
                ratios(sample),
                sample.ops().size());
    }

    private Map<String, Ratio> ratios(Sample sample) {
        Map<String, Ratio> ratios = new LinkedHashMap<>();
        best(sample).forEach((library, other) -> {
            if (!library.equals(sample.who().library())) {
                ratios.put(library, ratio(sample, other));
            }
        });
        return ratios;
    }

    /** Of each library under the sample's load, the configuration with the most operations per second. */
    private Map<String, Sample> best(Sample sample) {
        Comparator<Sample> byOps =
                Comparator.comparingDouble(each -> each.summary().median());
        Map<String, Sample> best = new LinkedHashMap<>();
        samples.stream()
                .filter(each -> each.load().equals(sample.load()))
                .forEach(each -> best.merge(
                        each.who().library(), each, (one, other) -> byOps.compare(one, other) >= 0 ? one : other));
        return best;
    }

    private static Ratio ratio(Sample sample, Sample other) {
        Double p99 = sample.latencies().isEmpty() || other.latencies().isEmpty()
                ? null
                : (Double) Medians.ofRatios(sample.p99s(), other.p99s());
        return new Ratio(
                Medians.ofRatios(sample.ops(), other.ops()), p99, other.who().configuration());
    }
}
