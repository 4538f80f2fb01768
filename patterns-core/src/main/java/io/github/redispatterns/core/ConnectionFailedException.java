package io.github.redispatterns.core;

import org.jspecify.annotations.Nullable;

/**
 * No connection could be opened: the message says in one sentence to where and why, and never names a password.
 */
public final class ConnectionFailedException extends PatternsException {

    private static final long serialVersionUID = 1L;

    ConnectionFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
