package io.github.redispatterns.locks;

import java.time.Duration;

/** What came of asking several servers for a lock. */
public sealed interface RedlockAcquisition {

    /**
     * Most servers have granted it.
     *
     * @param lease the right to it, for a time; close it
     */
    record Acquired(RedlockLease lease) implements RedlockAcquisition {}

    /**
     * Too few have, in the last attempt; what they granted was given back.
     *
     * @param granted how many have
     * @param refused how many have refused, since another holds it there
     * @param silent how many could not be asked, or have not answered
     * @param waited how long the caller waited
     */
    record NoQuorum(int granted, int refused, int silent, Duration waited) implements RedlockAcquisition {}

    /**
     * The lease, for callers to whom anything else is a failure.
     *
     * @return the lease
     * @throws NoQuorumException if too few servers have granted it
     */
    default RedlockLease orElseThrow() {
        if (this instanceof NoQuorum none) {
            throw new NoQuorumException(none.granted(), none.refused(), none.silent());
        }
        return ((Acquired) this).lease();
    }
}
