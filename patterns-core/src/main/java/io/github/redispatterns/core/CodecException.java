package io.github.redispatterns.core;

import org.jspecify.annotations.Nullable;

/**
 * Bytes could not be read as a value of the expected type: they are corrupt, foreign, or of another version. The message
 * names the type, never the content.
 */
public final class CodecException extends PatternsException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message one sentence, without content
     * @param cause what the bytes fail at, or null; its message is printed with stack traces
     */
    public CodecException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
