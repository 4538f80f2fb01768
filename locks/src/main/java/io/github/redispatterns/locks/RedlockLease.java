package io.github.redispatterns.locks;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * The right to a lock that most of several servers have granted, for a time. See {@link Redlock} for what it is worth.
 *
 * <p><b>Guarantees</b>: it ends for its holder before it does on the servers that granted it, if their clocks run no more
 * than 1 % faster than this machine's: its time counts from before the first request, and 1 % of it and 10 ms are kept
 * back. That needs no server.
 *
 * <p><b>Does not guarantee</b>: anything to a holder that is paused past its end, and it has no fencing token to make up
 * for that.
 *
 * <p><b>Cost</b>: {@link #extend} and {@link #release} are one script on each server; all else is local.
 *
 * <p><b>Thread safety</b>: safe for concurrent use; it belongs to whoever has the object.
 */
public final class RedlockLease implements AutoCloseable {

    private final Lease lease;

    RedlockLease(Lease lease) {
        this.lease = lease;
    }

    /**
     * How long the lease still lasts, as far as this process can be sure of it: the validity time.
     *
     * @return the time; zero if it was lost or released
     */
    public Duration remaining() {
        return lease.remaining();
    }

    /**
     * Refuses to go on without the lock. It asks nobody: call it often.
     *
     * @throws LeaseLostException if the lease was lost
     * @throws IllegalStateException if it was released
     */
    public void ensureHeld() {
        lease.ensureHeld();
    }

    /**
     * Tells when the lease is lost: when its time runs out, or too few servers know it any more.
     *
     * @return a stage that completes before the lease ends on the servers; never if it is released in time. What hangs on
     *     it may block
     */
    public CompletionStage<Lease.Loss> lost() {
        return lease.lost();
    }

    /**
     * Lets the lease end a time from now, if most servers still know it. It never ends sooner than it would have.
     *
     * @param ttl how long from now, from 100 ms to 10 years
     * @return false if the lease was lost or released; then it stays so
     * @throws IllegalArgumentException if the time is not allowed
     * @throws NoQuorumException if too few servers could be asked; the lease then ends when it would have
     */
    public boolean extend(Duration ttl) {
        return lease.extend(ttl);
    }

    /**
     * Lets the lease end a time from now, as {@link #extend} does.
     *
     * @param ttl how long from now, from 100 ms to 10 years
     * @return false if the lease was lost or released; fails as {@link #extend} does
     */
    public CompletionStage<Boolean> extendAsync(Duration ttl) {
        return lease.extendAsync(ttl);
    }

    /**
     * Gives the lock back on every server that can be reached. Only the first call does so; the others say what came of
     * it.
     *
     * @return true if most servers still knew the lease; false if it was lost before
     * @throws NoQuorumException if too few servers could be asked; on the others the lease ends by itself
     */
    public boolean release() {
        return lease.release();
    }

    /**
     * Gives the lock back, as {@link #release} does.
     *
     * @return true if most servers still knew the lease; fails as {@link #release} does
     */
    public CompletionStage<Boolean> releaseAsync() {
        return lease.releaseAsync();
    }

    /** Gives the lock back, and does not throw if that cannot be confirmed: the lease then ends by itself. */
    @Override
    public void close() {
        lease.close();
    }
}
