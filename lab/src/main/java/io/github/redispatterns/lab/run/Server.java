package io.github.redispatterns.lab.run;

/**
 * What an experiment ran on.
 *
 * @param version product and version, as the server reports them
 * @param topology how the servers are arranged
 */
public record Server(String version, String topology) {}
