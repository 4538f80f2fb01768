package io.github.redispatterns.locks;

/** What came of a write that carries a fencing token. */
public sealed interface FencedWrite {

    /** It was done: no newer token had been seen. */
    record Written() implements FencedWrite {}

    /**
     * It was refused, and nothing was changed: a newer holder has been here. Whoever gets this has lost its lock.
     *
     * @param highestToken the highest token seen
     */
    record Stale(long highestToken) implements FencedWrite {}

    /**
     * Whether the write was done.
     *
     * @return true if so; false if it was refused
     */
    default boolean isWritten() {
        return this instanceof Written;
    }

    /**
     * Goes on only if the write was done, for callers to whom anything else is a failure.
     *
     * @throws StaleTokenException if it was refused
     */
    default void orElseThrow() {
        if (this instanceof Stale stale) {
            throw new StaleTokenException(stale.highestToken());
        }
    }
}
