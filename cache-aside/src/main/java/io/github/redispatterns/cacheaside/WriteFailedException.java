package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.PatternsException;

/** A writer threw a checked exception, which is the cause. The key is empty now: the next reader asks the source of truth. */
public final class WriteFailedException extends PatternsException {

    private static final long serialVersionUID = 1L;

    WriteFailedException(Exception cause) {
        super("The writer failed", cause);
    }
}
