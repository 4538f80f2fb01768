package io.github.redispatterns.benchmarks.run;

/**
 * What a bench ran on.
 *
 * @param version product and version, as the server reports them
 * @param topology how it is arranged
 */
public record Server(String version, String topology) {}
