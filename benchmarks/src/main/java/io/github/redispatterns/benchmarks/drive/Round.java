package io.github.redispatterns.benchmarks.drive;

import org.HdrHistogram.Histogram;

/**
 * One timed stretch of one contender under one load.
 *
 * @param operations how many ended, all that were begun
 * @param opsPerSecond their rate
 * @param latencies of each of them, ns
 */
public record Round(long operations, double opsPerSecond, Histogram latencies) {}
