package io.github.redispatterns.benchmarks.run;

import java.util.List;
import java.util.stream.IntStream;

/** Medians, of values and of the ratios of paired values. */
public final class Medians {

    private Medians() {}

    /**
     * The median.
     *
     * @param values at least one
     * @return the middle one, or the mean of the two in the middle
     * @throws IllegalArgumentException if there are none
     */
    public static double of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("values: there are none");
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * The median of the ratios of those that were measured one after the other. When the machine becomes slower for a
     * while, both of a pair do; the ratio of two medians may compare one's good times with the other's bad ones.
     */
    static double ofRatios(List<Double> values, List<Double> others) {
        if (values.size() != others.size()) {
            throw new IllegalArgumentException("values: " + values.size() + " do not pair with " + others.size());
        }
        return of(IntStream.range(0, values.size())
                .mapToObj(i -> values.get(i) / others.get(i))
                .toList());
    }
}
