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

    UnknownOutcomeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
