package io.github.redispatterns.core;

import org.jspecify.annotations.Nullable;

/**
 * The call was refused before it took effect: no connection was up, or the server was loading, read-only, or moving the
 * key's slot. It is safe to repeat; the core has already done so with jittered back-off until the call's deadline.
 */
public final class NotExecutedException extends PatternsException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message one sentence, without content
     * @param cause what refused it, or null; its message is printed with stack traces
     */
    public NotExecutedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
