package io.github.redispatterns.benchmarks.run;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How many operations each caller made.
 *
 * @param each by caller
 */
record Shares(List<Long> each) {

    static final Shares NONE = new Shares(List.of());

    Shares plus(List<Long> more) {
        if (each.isEmpty()) {
            return new Shares(List.copyOf(more));
        }
        if (each.size() != more.size()) {
            throw new IllegalArgumentException("more: " + more.size() + " callers, and " + each.size() + " before");
        }
        return new Shares(IntStream.range(0, each.size())
                .mapToObj(caller -> each.get(caller) + more.get(caller))
                .toList());
    }

    /** How far any caller is from the mean, as a share of it; NaN if there are no callers. */
    double unevenness() {
        double mean = each.stream().mapToLong(Long::longValue).average().orElse(Double.NaN);
        return each.stream()
                .mapToDouble(count -> Math.abs(count - mean) / mean)
                .max()
                .orElse(Double.NaN);
    }
}
