package io.github.redispatterns.core;

import org.jspecify.annotations.Nullable;

/**
 * The root of every exception that redis-patterns defines. Lettuce's own {@code RedisException}s are not wrapped in it:
 * an error reply of the server, such as {@code WRONGTYPE}, arrives as Lettuce throws it.
 *
 * <p><b>Guarantees</b>: no key, value, token or password is in a message that this library writes. A cause may be the
 * caller's own, such as a loader's exception.
 */
public class PatternsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message one sentence that says what failed
     */
    public PatternsException(String message) {
        super(message);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param message one sentence that says what failed
     * @param cause what it follows from, or null
     */
    public PatternsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
