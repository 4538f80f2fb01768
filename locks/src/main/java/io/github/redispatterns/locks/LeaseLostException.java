package io.github.redispatterns.locks;

import io.github.redispatterns.core.PatternsException;

/** The lease has ended before its holder was done: another may hold the lock now. */
public final class LeaseLostException extends PatternsException {

    private static final long serialVersionUID = 1L;

    /** How it was lost. */
    private final Lease.Loss loss;

    LeaseLostException(Lease.Loss loss) {
        super("The lease is no longer held: " + loss);
        this.loss = loss;
    }

    /**
     * How it ended.
     *
     * @return the cause
     */
    public Lease.Loss loss() {
        return loss;
    }
}
