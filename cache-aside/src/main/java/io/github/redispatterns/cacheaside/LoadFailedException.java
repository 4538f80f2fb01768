package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.PatternsException;

/**
 * The loader threw a checked exception, or a {@link java.util.concurrent.CompletionException}, which is the cause. Every
 * caller that waited for this load gets it.
 */
public final class LoadFailedException extends PatternsException {

    private static final long serialVersionUID = 1L;

    LoadFailedException(Throwable cause) {
        super("The loader failed", cause);
    }
}
