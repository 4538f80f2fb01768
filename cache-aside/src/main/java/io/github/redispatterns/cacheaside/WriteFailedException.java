package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.PatternsException;

/**
 * A writer threw a checked exception, or a {@link java.util.concurrent.CompletionException}, which is the cause. In case it
 * has committed all the same the key is empty now, so that the next reader asks the source of truth; or, if Redis could not
 * be reached, its removal is pending as after {@link WriteOutcome#PENDING}.
 */
public final class WriteFailedException extends PatternsException {

    private static final long serialVersionUID = 1L;

    WriteFailedException(Exception cause) {
        super("The writer failed", cause);
    }
}
