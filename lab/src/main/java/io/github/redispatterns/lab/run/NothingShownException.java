package io.github.redispatterns.lab.run;

/** The naive answer did not fail this time: whatever the recipe did then shows nothing. */
public final class NothingShownException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message one sentence that says what was expected to fail, and did not
     */
    public NothingShownException(String message) {
        super(message);
    }
}
