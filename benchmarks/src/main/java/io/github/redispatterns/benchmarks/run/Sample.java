package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Load;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * All rounds of one contender under one load.
 *
 * @param who the contender
 * @param load the load
 * @param ops operations per second of each round, in the order of the rounds
 * @param latencies of each round, ns; none from JMH
 * @param usage what one operation costs others
 * @param unevenness how far the share of any caller is from the mean; NaN where it does not matter
 * @param footprint what one user has in Redis, if there is a Redis
 */
record Sample(
        Who who,
        Load load,
        List<Double> ops,
        List<Histogram> latencies,
        Usage usage,
        double unevenness,
        @Nullable Footprint footprint) {

    private static final double P99 = 99;

    /**
     * A contender's names.
     *
     * @param label as rows call it
     * @param library the library
     * @param configuration its configuration
     */
    record Who(String label, String library, String configuration) {}

    Summary summary() {
        return Summary.of(ops);
    }

    List<Double> p99s() {
        return latencies.stream()
                .map(each -> (double) each.getValueAtPercentile(P99))
                .toList();
    }

    @Nullable Latency latency() {
        if (latencies.isEmpty()) {
            return null;
        }
        Histogram all = latencies.get(0).copy();
        latencies.stream().skip(1).forEach(all::add);
        return new Latency(
                micros(all.getValueAtPercentile(50)), micros(all.getValueAtPercentile(P99)), micros(all.getMaxValue()));
    }

    private static double micros(long nanos) {
        return nanos / 1000.0;
    }
}
