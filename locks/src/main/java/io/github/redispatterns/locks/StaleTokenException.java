package io.github.redispatterns.locks;

import io.github.redispatterns.core.PatternsException;

/** A write was refused, and changed nothing, because a newer holder of the lock has been there before it. */
public final class StaleTokenException extends PatternsException {

    private static final long serialVersionUID = 1L;

    /** The highest token that the entity has seen. */
    private final long highestToken;

    StaleTokenException(long highestToken) {
        super("The fencing token is stale: a newer holder of the lock has been here");
        this.highestToken = highestToken;
    }

    /**
     * The token of the newer holder.
     *
     * @return the highest token seen
     */
    public long highestToken() {
        return highestToken;
    }
}
