package io.github.redispatterns.locks;

import io.github.redispatterns.core.PatternsException;

/** Too few of the servers of a {@link Redlock} have agreed, and the caller asked for nothing less. */
public final class NoQuorumException extends PatternsException {

    private static final long serialVersionUID = 1L;

    NoQuorumException(int agreed, int refused, int silent) {
        super("Too few servers have agreed: " + agreed + "; " + refused + " have refused, " + silent
                + " could not be asked");
    }
}
