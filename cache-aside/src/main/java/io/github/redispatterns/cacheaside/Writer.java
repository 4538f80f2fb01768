package io.github.redispatterns.cacheaside;

/**
 * Writes to the source of truth. It runs in the thread that called the cache, and has committed when it returns. It must
 * not get the key that is being written from the same cache: that would wait for the writer itself, and fails at once with
 * an {@link IllegalStateException}.
 */
@FunctionalInterface
public interface Writer {

    /**
     * Writes and commits.
     *
     * @throws Exception whatever goes wrong; an unchecked exception reaches the caller as it is, a checked one, and a
     *     {@link java.util.concurrent.CompletionException}, inside a {@link WriteFailedException}
     */
    void write() throws Exception;
}
