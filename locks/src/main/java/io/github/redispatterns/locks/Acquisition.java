package io.github.redispatterns.locks;

import java.time.Duration;

/** What came of asking for a lock. */
public sealed interface Acquisition {

    /**
     * The lock is yours.
     *
     * @param lease the right to it, for a time; close it
     */
    record Acquired(Lease lease) implements Acquisition {}

    /**
     * Another holds the lock, or others wait for it, and the caller did not want to wait.
     *
     * @param holderRemaining how long the holder's lease still lasts, if it neither releases nor extends it; zero if it
     *     has ended and the lock is the next waiter's. Where several hold it at a time: no lease ends before, unless it is
     *     released. The first may end later than that, since one that was to end sooner may have been released or extended
     *     meanwhile; whoever asks again after that time is told exactly
     */
    record Busy(Duration holderRemaining) implements Acquisition {}

    /**
     * The wait has reached its bound.
     *
     * @param waited how long the caller waited
     * @param holderRemaining how long the holder's lease still lasted when it was last looked at; zero if it had ended
     */
    record TimedOut(Duration waited, Duration holderRemaining) implements Acquisition {}

    /**
     * Not enough replicas have acknowledged the lease in time, as far as is known; it was given back.
     *
     * @param acknowledged how many have
     * @param required how many the caller wanted
     */
    record Unreplicated(int acknowledged, int required) implements Acquisition {}

    /**
     * The lease, for callers to whom anything else is a failure.
     *
     * @return the lease
     * @throws LockNotAcquiredException if the lock was not acquired; it says why
     */
    default Lease orElseThrow() {
        if (this instanceof Acquired acquired) {
            return acquired.lease();
        }
        throw new LockNotAcquiredException(this);
    }
}
