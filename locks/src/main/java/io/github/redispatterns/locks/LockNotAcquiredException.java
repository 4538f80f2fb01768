package io.github.redispatterns.locks;

import io.github.redispatterns.core.PatternsException;

/** The lock was not acquired, and the caller asked for nothing less. */
public final class LockNotAcquiredException extends PatternsException {

    private static final long serialVersionUID = 1L;

    private final transient Acquisition outcome;

    LockNotAcquiredException(Acquisition outcome) {
        super("The lock was not acquired: " + outcome);
        this.outcome = outcome;
    }

    /**
     * What came of asking instead.
     *
     * @return the outcome
     */
    public Acquisition outcome() {
        return outcome;
    }
}
