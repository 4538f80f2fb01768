package io.github.redispatterns.core;

import org.jspecify.annotations.Nullable;

/**
 * The call was sent and no reply came: the command timed out or its connection was lost. It may have been executed, and
 * after a timeout it may still be executed later.
 *
 * <p>Repeat it only with the request or owner token of the first try, if the call has one; otherwise read before you
 * write.
 */
public final class UnknownOutcomeException extends PatternsException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message one sentence, without content
     * @param cause what went wrong after it was sent, or null; its message is printed with stack traces
     */
    public UnknownOutcomeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
