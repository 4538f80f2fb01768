package io.github.redispatterns.benchmarks.run;

import java.util.Collections;
import java.util.List;

/**
 * What the rounds of a row came to.
 *
 * @param median the middle one
 * @param min the least
 * @param max the greatest
 */
public record Summary(double median, double min, double max) {

    static Summary of(List<Double> values) {
        return new Summary(Medians.of(values), Collections.min(values), Collections.max(values));
    }

    /**
     * How far the rounds lie apart.
     *
     * @return the distance of the greatest from the least, as a share of the median
     */
    public double spread() {
        return (max - min) / median;
    }
}
