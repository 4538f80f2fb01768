package io.github.redispatterns.benchmarks.run;

/**
 * What one user of an operation has in Redis while it is in use.
 *
 * @param keys how many
 * @param bytes of all of them together, as {@code MEMORY USAGE} counts
 */
public record Footprint(int keys, long bytes) {}
