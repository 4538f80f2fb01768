package io.github.redispatterns.benchmarks.run;

/**
 * How long operations took, over all rounds.
 *
 * @param p50Micros the median, µs
 * @param p99Micros what one in a hundred exceeded, µs
 * @param maxMicros the longest, µs
 */
public record Latency(double p50Micros, double p99Micros, double maxMicros) {}
