package io.github.redispatterns.benchmarks.drive;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * One timed stretch of one contender under one load.
 *
 * @param operations how many ended, all that were begun
 * @param opsPerSecond their rate
 * @param latencies of each of them, ns
 * @param loads how often they asked the source of truth, all together
 * @param shares how many of them each caller made; none if the callers do not work each by itself
 */
public record Round(long operations, double opsPerSecond, Histogram latencies, long loads, List<Long> shares) {

    Round(long operations, double opsPerSecond, Histogram latencies) {
        this(operations, opsPerSecond, latencies, 0, List.of());
    }

    /**
     * This round, with its loads.
     *
     * @param count how many
     * @return the round
     */
    public Round withLoads(long count) {
        return new Round(operations, opsPerSecond, latencies, count, shares);
    }

    Round withShares(List<Long> each) {
        return new Round(operations, opsPerSecond, latencies, loads, each);
    }
}
