package io.github.redispatterns.cacheaside;

/** Writes to the source of truth. It runs in the thread that called the cache, and has committed when it returns. */
@FunctionalInterface
public interface Writer {

    /**
     * Writes and commits.
     *
     * @throws Exception whatever goes wrong; an unchecked exception reaches the caller as it is, a checked one inside a
     *     {@link WriteFailedException}
     */
    void write() throws Exception;
}
