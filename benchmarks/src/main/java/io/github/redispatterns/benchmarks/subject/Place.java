package io.github.redispatterns.benchmarks.subject;

/**
 * Where a subject works.
 *
 * @param uri the Redis, a single server, {@code redis://host:port}
 * @param prefix what every key that it makes must contain; letters, digits and dashes
 * @param threads how many callers there will be
 */
public record Place(String uri, String prefix, int threads) {}
