package io.github.redispatterns.locks;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.RedisException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The right to a lock, for a time.
 *
 * <p><b>Guarantees</b>: it ends for its holder before it does on the server, if that one's clock is not set forward nor
 * runs more than 1 % faster than the holder's: its time counts from before the request for it, on this machine's monotonic
 * clock, and 1 % of it and 10 ms are kept back for what clocks and timers differ by.
 * That needs no Redis: {@link #remaining()}, {@link #ensureHeld()} and {@link #lost()} tell the truth while it is frozen or
 * out of reach. The fencing token is greater than that of every lease of the same resource before it, under the
 * conditions that {@link DistributedLock} names.
 *
 * <p><b>Does not guarantee</b>: that a holder which is paused just after {@link #ensureHeld()} writes in time. Nothing on
 * its side can: send the {@link #fencingToken()} with each write, to a store that refuses older ones. Nor does it
 * notice by itself that Redis has lost the lock, in a failover or a {@code FLUSHALL}: only the next
 * {@link #extend}, by hand or in the background, does.
 *
 * <p><b>Cost</b>: {@link #extend} and {@link #release} are one script each; all else is local.
 *
 * <p><b>Thread safety</b>: safe for concurrent use. It belongs to whoever has the object, not to a thread: pass it on to
 * whatever has to run under the lock.
 *
 * <p><b>Source</b>: Gray and Cheriton, "Leases", SOSP'89; Kleppmann, "How to do distributed locking", 2016.
 */
public final class Lease implements AutoCloseable {

    /** How a lease has ended before its holder was done. */
    public enum Loss {
        /** Its time has run out. */
        EXPIRED,
        /** Redis did not know it any more: a failover or a deletion has lost it. */
        REVOKED
    }

    private static final Logger LOG = System.getLogger(Lease.class.getName());

    /** How far a lease has got. */
    private enum Phase {
        HELD,
        RELEASED,
        LOST
    }

    private final LeaseStore store;
    private final Claims claims;
    private final LockMetrics metrics;
    private final Request request;
    private final Duration minHold;
    private final long fence;
    private final long sinceNanos = System.nanoTime();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.HELD);
    private final CompletableFuture<Loss> lost = new CompletableFuture<>();
    private final CompletableFuture<Boolean> released = new CompletableFuture<>();
    private final AtomicBoolean releasing = new AtomicBoolean();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final AtomicLong endNanos;
    private volatile @Nullable Future<?> alarm;
    private volatile @Nullable Renewal renewal;

    Lease(LeaseStore store, LockMetrics metrics, Request request, Duration minHold, Grant grant) {
        this(store, new Claims(), metrics, request, minHold, grant);
    }

    Lease(LeaseStore store, Claims claims, LockMetrics metrics, Request request, Duration minHold, Grant grant) {
        this.store = store;
        this.claims = claims;
        this.metrics = metrics;
        this.request = request;
        this.minHold = minHold;
        this.fence = grant.fence();
        this.endNanos = new AtomicLong(grant.endNanos());
    }

    /**
     * The number that tells this lease from those before it: each has a greater one.
     *
     * @return the token, positive: microseconds since 1970 or a little more, so a BIGINT holds it, and until the year 2255 a
     *     double, too
     */
    public long fencingToken() {
        return fence;
    }

    /**
     * How long the lease still lasts, as far as this process can be sure of it.
     *
     * @return the time; zero if it was lost or released
     */
    public Duration remaining() {
        return isHeld() ? Duration.ofNanos(Math.max(0, leftNanos())) : Duration.ZERO;
    }

    /**
     * Refuses to go on without the lock. It asks nobody: call it often.
     *
     * @throws LeaseLostException if the lease was lost
     * @throws IllegalStateException if it was released
     */
    public void ensureHeld() {
        if (isHeld()) {
            return;
        }
        if (phase.get() == Phase.RELEASED) {
            throw new IllegalStateException("The lease was released");
        }
        throw new LeaseLostException(lost.join());
    }

    /**
     * Tells when the lease is lost: when its time runs out, or Redis says that it is gone.
     *
     * @return a stage that completes before the lease ends on the server; never if the lease is released in time. What
     *     hangs on it may block; at most 256 such run at once in a process, and further ones, of whichever lock, wait for
     *     these
     */
    public CompletionStage<Loss> lost() {
        if (watched.compareAndSet(false, true)) {
            setAlarm();
        }
        return lost.thenApplyAsync(loss -> loss, Timers::call);
    }

    /**
     * Lets the lease end a time from now, if it is still held. It never ends sooner than it would have.
     *
     * @param ttl how long from now, from 100 ms to 10 years
     * @return false if the lease was lost or released; then it stays so
     * @throws IllegalArgumentException if the time is not allowed
     * @throws PatternsException if Redis could not be reached; the lease then ends for its holder when it would have; on
     *     the server perhaps later
     */
    public boolean extend(Duration ttl) {
        return Sync.await(extendAsync(ttl));
    }

    /**
     * Lets the lease end a time from now, if it is still held, as {@link #extend} does.
     *
     * @param ttl how long from now, from 100 ms to 10 years
     * @return false if the lease was lost or released; fails as {@link #extend} does
     */
    public CompletionStage<Boolean> extendAsync(Duration ttl) {
        LeaseOptions.ttl("ttl", ttl);
        if (!isHeld()) {
            return CompletableFuture.completedFuture(false);
        }
        long asked = System.nanoTime();
        return Twice.ifUnknown(() -> store.extend(request, ttl)).thenApply(extended -> {
            if (extended) {
                long end = new Grant(fence, asked, ttl.toNanos()).endNanos();
                // Whoever was told of the loss meanwhile stays told; nothing else ends a lease that Redis has extended.
                endNanos.accumulateAndGet(end, (one, other) -> other - one > 0 ? other : one);
                return isHeld();
            }
            if (isHeld()) {
                lose(Loss.REVOKED);
            }
            return false;
        });
    }

    /**
     * Gives the lock back, and to the next who waits for it. Only the first call does so; the others say what came of it.
     *
     * @return true if the lease was still held; false if it was lost before, so that another may have had the lock
     *     meanwhile
     * @throws PatternsException if Redis could not be reached; the lease then ends by itself
     */
    public boolean release() {
        return Sync.await(releaseAsync());
    }

    /**
     * Gives the lock back, as {@link #release} does.
     *
     * @return true if the lease was still held; fails as {@link #release} does
     */
    public CompletionStage<Boolean> releaseAsync() {
        return release(minHold, true);
    }

    /**
     * As if nobody had had it: without the minimum hold time, and nothing happens in Redis if it was another's by the same
     * request token before.
     */
    CompletionStage<Boolean> giveBackAsync() {
        return release(Duration.ZERO, false);
    }

    private CompletionStage<Boolean> release(Duration leastHold, boolean byHolder) {
        if (releasing.compareAndSet(false, true)) {
            boolean held = isHeld() && phase.compareAndSet(Phase.HELD, Phase.RELEASED);
            silence();
            CompletionStage<Boolean> ending = claims.end(this, byHolder && held, () -> sendRelease(held, leastHold));
            if (ending == null) {
                ended(held, null);
            } else {
                ending.whenComplete(this::ended);
            }
        }
        return released.copy();
    }

    /** Gives the lock back, and does not throw if that cannot be confirmed: the lease then ends by itself. */
    @Override
    public void close() {
        try {
            release();
        } catch (PatternsException | RedisException e) {
            LOG.log(Level.DEBUG, "It was not confirmed that a lease is released; it ends by itself", e);
        }
    }

    /** Extends it in the background until then, by {@link System#nanoTime()}. */
    void renewUntil(long lastNanos) {
        Renewal started = new Renewal(this, metrics, request.ttlMillis(), lastNanos);
        renewal = started;
        started.next();
    }

    void stopRenewing() {
        Renewal renewing = renewal;
        if (renewing != null) {
            renewing.stop();
        }
    }

    /** Also notices that its time has run out. */
    boolean isHeld() {
        if (phase.get() == Phase.HELD && leftNanos() <= 0) {
            lose(Loss.EXPIRED);
        }
        return phase.get() == Phase.HELD;
    }

    /** Likewise, and changes nothing. */
    boolean isLive() {
        return phase.get() == Phase.HELD && leftNanos() > 0;
    }

    /** Redis has given the lock to the same name anew, so it had lost this lease. */
    void isRevoked() {
        lose(Loss.REVOKED);
    }

    /** By whoever has the same lease under the same name. */
    void isReleasedWith(CompletionStage<Boolean> ending) {
        if (isHeld() && releasing.compareAndSet(false, true)) {
            phase.compareAndSet(Phase.HELD, Phase.RELEASED);
            silence();
            ending.whenComplete(this::ended);
        }
    }

    Request request() {
        return request;
    }

    long leftNanos() {
        return endNanos.get() - System.nanoTime();
    }

    private void setAlarm() {
        if (isHeld()) {
            alarm = Timers.after(leftNanos(), this::setAlarm); // it may have been extended by then
            if (phase.get() != Phase.HELD) {
                silence();
            }
        }
    }

    private void silence() {
        Future<?> ringing = alarm;
        if (ringing != null) {
            ringing.cancel(false);
        }
        stopRenewing();
    }

    private void lose(Loss loss) {
        if (phase.compareAndSet(Phase.HELD, Phase.LOST)) {
            lost.complete(loss); // before all else: it is told in time, or in vain
            silence();
            metrics.held(LockMetrics.End.LOST, System.nanoTime() - sinceNanos);
        }
    }

    private CompletionStage<Boolean> sendRelease(boolean held, Duration leastHold) {
        Duration kept = leastHold.minusNanos(System.nanoTime() - sinceNanos);
        Duration keep = kept.isNegative() ? Duration.ZERO : kept;
        AtomicBoolean unknown = new AtomicBoolean();
        return Twice.ifUnknown(() -> store.release(request, keep), () -> unknown.set(true))
                // If the first reply was lost, the first request may have done it.
                .thenApply(released -> held && (released || unknown.get()));
    }

    private void ended(@Nullable Boolean held, @Nullable Throwable failure) {
        if (phase.get() == Phase.RELEASED) {
            LockMetrics.End end = Boolean.FALSE.equals(held) ? LockMetrics.End.LOST : LockMetrics.End.RELEASED;
            metrics.held(end, System.nanoTime() - sinceNanos);
        }
        if (failure == null) {
            released.complete(held);
        } else {
            metrics.releaseFailed();
            released.completeExceptionally(Sync.unwrap(failure));
        }
    }
}
