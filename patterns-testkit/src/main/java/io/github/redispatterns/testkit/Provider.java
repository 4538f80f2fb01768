package io.github.redispatterns.testkit;

/**
 * Where a Redis comes from.
 *
 * <p>The system property {@code redis.provider}, or else the environment variable {@code REDIS_PROVIDER}, names one of
 * these in lower case. The default, {@code auto}, takes the first of {@link #URI}, {@link #DOCKER} and
 * {@link #EMBEDDED} that is at hand.
 */
public enum Provider {
    /**
     * A Redis that already runs: property {@code redis.uri} or variable {@code REDIS_URI}. The testkit never stops or
     * pauses it.
     */
    URI,
    /**
     * One container per deployment, through Testcontainers; image by property {@code redis.image} or
     * {@code REDIS_IMAGE}.
     */
    DOCKER,
    /** The static {@code redis-server} 7.0.15 that comes inside a jar: Linux and macOS, x86-64 and arm64. */
    EMBEDDED,
    /**
     * A {@code redis-server} of this machine: property {@code redis.binary} or {@code REDIS_BINARY}, else the one on
     * the PATH.
     */
    BINARY
}
