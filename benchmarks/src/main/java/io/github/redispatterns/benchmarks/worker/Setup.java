package io.github.redispatterns.benchmarks.worker;

/**
 * A worker's first line.
 *
 * @param bench the bench
 * @param contender the contender's label in it
 * @param uri the Redis; it goes over standard input, because it may hold a password
 */
record Setup(String bench, String contender, String uri) {}
