package io.github.redispatterns.benchmarks.run;

import org.jspecify.annotations.Nullable;

/**
 * A row beside a library, in that library's best configuration at that load in that run.
 *
 * @param ops median of the paired rounds' ratios of operations per second; more is better
 * @param p99 median of the paired rounds' ratios of the 99th percentile; less is better; null if there is none
 * @param best which configuration was the best
 */
public record Ratio(double ops, @Nullable Double p99, String best) {}
