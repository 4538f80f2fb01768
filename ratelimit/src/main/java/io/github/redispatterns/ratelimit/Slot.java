package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Sync;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The right to be one of so many at a time, for the time of a lease.
 *
 * <p><b>Guarantees</b>: {@link #remaining()} reaches zero before the lease ends on the server, if that one's clock is not
 * set forward nor runs faster than this machine's: it counts from before the request, on this machine's monotonic clock,
 * and asks nobody. Extending and giving back are repeated if a connection is lost, and do no harm when they come late.
 *
 * <p><b>Does not guarantee</b>: that Redis still knows the slot: a failover or a deletion may have lost it, which the
 * next {@link #extend()} notices. That the lease has not ended when the grant arrives: if the reply took longer than the
 * lease, {@code remaining()} is zero from the beginning.
 *
 * <p><b>Cost</b>: {@link #extend()} and {@link #release()} are one script each.
 *
 * <p><b>Thread safety</b>: safe. It belongs to whoever has the object, not to a thread.
 */
public final class Slot implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Slot.class.getName());

    private final SlotStore store;
    private final String key;
    private final String token;
    private final AtomicLong endNanos;
    private final AtomicBoolean releasing = new AtomicBoolean();
    private final CompletableFuture<Boolean> released = new CompletableFuture<>();

    Slot(SlotStore store, String key, String token, long askedNanos) {
        this.store = store;
        this.key = key;
        this.token = token;
        this.endNanos = new AtomicLong(askedNanos + store.lease().toNanos());
    }

    /**
     * How long the lease still lasts, as far as this process can be sure of it.
     *
     * @return the time; zero if it has ended, or the slot was given back
     */
    public Duration remaining() {
        return releasing.get() ? Duration.ZERO : Duration.ofNanos(Math.max(0, endNanos.get() - System.nanoTime()));
    }

    /**
     * Lets the lease end its whole time from now, if it has not ended.
     *
     * @return false if it had ended, or the slot was given back: then another may have it
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; the lease may be
     *     extended all the same
     * @throws PatternsException if Redis could not be asked, or did not answer; the lease may end when it would have. At
     *     once if the server did not answer a moment ago: try again while there is time
     */
    public boolean extend() {
        return Sync.await(extendAsync());
    }

    /**
     * Lets the lease end its whole time from now, if it has not ended.
     *
     * @return false if it had ended, or the slot was given back; fails as {@link #extend()} does
     */
    public CompletionStage<Boolean> extendAsync() {
        if (releasing.get()) {
            return CompletableFuture.completedFuture(false);
        }
        long asked = System.nanoTime();
        return store.extend(key, token).thenApply(extended -> {
            long end = extended ? asked + store.lease().toNanos() : asked;
            endNanos.updateAndGet(was -> extended && was - end > 0 ? was : end);
            return extended;
        });
    }

    /**
     * Gives the slot back. Only the first call does so; the others say what came of it.
     *
     * @return true if the lease had not ended. False also if a connection was lost and it was the first of two tries that
     *     gave it back
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; the slot is given back
     *     all the same
     * @throws PatternsException if Redis could not be asked, or did not answer; the lease then ends by itself
     */
    public boolean release() {
        return Sync.await(releaseAsync());
    }

    /**
     * Gives the slot back, as {@link #release()} does.
     *
     * @return true if the lease had not ended; fails as {@link #release()} does
     */
    public CompletionStage<Boolean> releaseAsync() {
        if (releasing.compareAndSet(false, true)) {
            giving().whenComplete((held, failure) -> {
                if (failure == null) {
                    released.complete(held);
                } else {
                    released.completeExceptionally(Sync.unwrap(failure));
                }
            });
        }
        return released.copy();
    }

    private CompletionStage<Boolean> giving() {
        try {
            return store.release(key, token);
        } catch (RuntimeException e) { // the handle is closed
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Gives the slot back, and does not throw if that cannot be confirmed: the lease then ends by itself. */
    @Override
    public void close() {
        try {
            release();
        } catch (RuntimeException e) { // of Redis, or since the handle is closed, or the thread is one of Lettuce's
            LOG.log(Level.DEBUG, "It was not confirmed that a slot is given back; its lease ends by itself", e);
        }
    }
}
