package io.github.redispatterns.benchmarks.subject;

/**
 * Where a subject works.
 *
 * @param uri the Redis, a single server, {@code redis://host:port}
 * @param prefix what every key that it makes must contain; letters, digits and dashes
 * @param threads how many callers there will be
 * @param clients how many clients they share, if it is more than one: caller i has the client i modulo this number
 */
public record Place(String uri, String prefix, int threads, int clients) {}
