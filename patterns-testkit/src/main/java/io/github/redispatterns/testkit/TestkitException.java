package io.github.redispatterns.testkit;

/**
 * The testkit could not give what was asked for: no Redis found, a server that does not start, a topology that does not
 * become whole.
 */
public final class TestkitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TestkitException(String message) {
        super(message);
    }

    TestkitException(String message, Throwable cause) {
        super(message, cause);
    }
}
