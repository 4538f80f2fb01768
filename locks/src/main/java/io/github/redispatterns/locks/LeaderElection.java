package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One leader at a time among all processes that campaign for a name: whoever holds the lock of that name, by a lease that
 * is extended in the background.
 *
 * <p><b>Guarantees</b>: {@link Listener#elected} and {@link Listener#lost} are called in turn, one at a time, never on a
 * thread that other callers wait for. {@code lost} is called before the lease ends on the server, even while Redis is
 * frozen or out of reach, if {@code elected} has returned by then; what is done until then was done by the only leader:
 * all that as long as Redis keeps what it has confirmed, and its clock is not set forward nor runs more than 1 % faster
 * than the leader's.
 * After a loss it campaigns again, once {@code lost} has returned. If the leader dies, another is elected after the ttl.
 *
 * <p><b>Does not guarantee</b>: that a leader whose listener blocks, or whose process is paused, knows in time that it is
 * none any more. {@link Lease#ensureHeld()} before each step needs no callback, nor does {@link Lease#lost()}; and a
 * store that checks {@link Lease#fencingToken()} refuses what comes too late all the same. What hangs on
 * {@code lost()}, and a listener, may block; at most 256 such run at once in a process, and further ones, of whichever
 * lock or campaign, wait for these. A failover of Redis may forget the lease: then there are two until the next extension,
 * about a third of the ttl later.
 *
 * <p><b>Cost</b>: the leader extends its lease three times per ttl; all others of a process look once a second. Waiting
 * has no other cost.
 *
 * <p><b>Keys</b>: that of the {@link DistributedLock}, for a resource of the same name. Its metrics count elections as
 * acquisitions, and what a leader had as a hold.
 *
 * <p><b>Thread safety</b>: safe for concurrent use.
 *
 * <p><b>Source</b>: Gray and Cheriton, "Leases", SOSP'89.
 */
public final class LeaderElection implements AutoCloseable {

    /** What a process does when it becomes the leader, and when it is none any more. */
    public interface Listener {

        /**
         * This process is the leader. Begin what a leader does, and return: while this runs, {@link #lost} cannot be
         * called. If it throws, leadership is given back.
         *
         * @param lease the right to be the leader: its fencing token goes with every write. It is extended in the
         *     background, and not for you to release; see {@link LeaderElection#resign()}
         */
        void elected(Lease lease);

        /**
         * This process is not the leader any more, or will not be as soon as this returns. Called once for each
         * {@link #elected}.
         *
         * @param lease what it was elected with. If leadership is being given back, that waits for this to return, at
         *     most as long as the lease remains
         */
        void lost(Lease lease);
    }

    private static final Logger LOG = System.getLogger(LeaderElection.class.getName());

    /** After a failure. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DistributedLock lock;
    private final String name;
    private final LeaseOptions options;
    private final Listener listener;
    /** The last of the callbacks, which are called one after the other. */
    private final AtomicReference<CompletableFuture<Void>> last =
            new AtomicReference<>(CompletableFuture.completedFuture(null));

    private volatile @Nullable Thread calling;
    private volatile @Nullable CompletableFuture<Acquisition> campaign;
    private volatile @Nullable Term current;
    private volatile boolean closed;
    /** Redis has refused, not only been away, since it was last asked with success. */
    private volatile boolean refused;

    private LeaderElection(DistributedLock lock, String name, LeaseOptions options, Listener listener) {
        this.lock = lock;
        this.name = name;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Begins to campaign, in the background, until it is closed.
     *
     * @param lock where; not a {@link DistributedReadWriteLock#readLock()}; stays open until you close it, which ends the
     *     campaign as well
     * @param name of what there shall be one leader; any text but the empty one
     * @param ttl how long the lease lasts without being extended, from 100 ms to 10 years: so long there is no leader if
     *     the leader dies
     * @param listener what to do
     * @return the campaign; close it
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static LeaderElection start(DistributedLock lock, String name, Duration ttl, Listener listener) {
        Check.notNull("lock", lock).requireExclusive();
        Check.text("name", name);
        Check.notNull("listener", listener);
        LeaseOptions options = LeaseOptions.builder(ttl)
                .maxWait(Check.MAX_DURATION)
                .renewFor(Check.MAX_DURATION)
                .build();
        LeaderElection election = new LeaderElection(lock, name, options, listener);
        election.campaign();
        return election;
    }

    /**
     * The leader's lease.
     *
     * @return empty if this process is not the leader
     */
    public Optional<Lease> lease() {
        Term term = current;
        return Optional.ofNullable(term == null || term.over.get() || !term.lease.isHeld() ? null : term.lease);
    }

    /**
     * Gives leadership back, to the next who waits for it, and campaigns again behind those. Nothing happens unless this
     * process is the leader.
     *
     * @throws PatternsException if Redis could not be reached; the lease then ends by itself
     * @throws RedisException if Redis has refused it; likewise
     * @throws IllegalStateException if called by the listener, which it would wait for; use {@link #resignAsync()} there
     */
    public void resign() {
        if (Thread.currentThread().equals(calling)) {
            throw new IllegalStateException("A listener that resigns would wait for itself; use the Async twin there");
        }
        Sync.await(resignAsync());
    }

    /**
     * Gives leadership back, as {@link #resign()} does.
     *
     * @return complete when {@link Listener#lost} has returned and leadership was given back; fails as {@link #resign()}
     *     does
     */
    public CompletionStage<Void> resignAsync() {
        Term term = current;
        return term == null
                ? CompletableFuture.completedFuture(null)
                : end(term, 0).copy();
    }

    /**
     * Ends the campaign, and gives leadership back. Waits for {@link Listener#lost} to return, unless the listener closes
     * it, but no longer than the lease remains. Idempotent.
     */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<Acquisition> waiting = campaign;
        if (waiting != null) {
            waiting.cancel(false);
        }
        Term term = current;
        if (term == null) {
            return;
        }
        CompletableFuture<Void> ended = end(term, 0);
        if (Thread.currentThread().equals(calling)) {
            return;
        }
        try {
            long remainsNanos = Math.max(0, term.lease.leftNanos());
            Sync.await(ended.copy().completeOnTimeout(null, remainsNanos, TimeUnit.NANOSECONDS));
        } catch (PatternsException | RedisException e) {
            LOG.log(Level.DEBUG, "It was not confirmed that leadership is given back; it ends by itself", e);
        }
    }

    private void campaign() {
        CompletableFuture<Acquisition> asking = lock.acquireAsync(name, options).toCompletableFuture();
        campaign = asking;
        if (closed) {
            asking.cancel(false);
        }
        asking.whenComplete((outcome, failure) -> {
            if (failure == null) {
                refused = false;
            }
            if (outcome instanceof Acquisition.Acquired acquired) {
                lead(acquired.lease());
            } else if (failure == null) {
                campaign();
            } else if (Sync.unwrap(failure) instanceof IllegalStateException) {
                if (!closed) {
                    LOG.log(Level.WARNING, "A campaign has ended, for its lock was closed");
                }
            } else {
                report(Sync.unwrap(failure));
                campaignAfter(PAUSE_NANOS);
            }
        });
    }

    /** What will not pass by itself is said aloud, but not every second. */
    private void report(Throwable failure) {
        if (failure instanceof RedisCommandExecutionException && !refused) {
            refused = true;
            LOG.log(Level.WARNING, "Redis refuses the campaign; it is tried again", failure);
        } else {
            LOG.log(Level.DEBUG, "Redis cannot be asked for leadership; it is tried again", failure);
        }
    }

    private void campaignAfter(long pauseNanos) {
        if (!closed) {
            Timers.after(
                    pauseNanos == 0 ? 0 : ThreadLocalRandom.current().nextLong(pauseNanos / 2, pauseNanos),
                    this::campaign);
        }
    }

    private void lead(Lease lease) {
        Term term = new Term(lease);
        current = term;
        call(() -> {
                    if (!closed && lease.isHeld() && !term.over.get()) {
                        term.elected = true;
                        listener.elected(lease);
                    }
                })
                .exceptionally(failure -> {
                    LOG.log(Level.WARNING, "A listener has failed as the leader; leadership is given back", failure);
                    end(term, PAUSE_NANOS);
                    return null;
                });
        lease.lost().thenRun(() -> end(term, 0));
        if (closed) {
            end(term, 0);
        }
    }

    /** What comes first ends it: a loss, or whoever gives it back. */
    private CompletableFuture<Void> end(Term term, long pauseNanos) {
        if (!term.over.compareAndSet(false, true)) {
            return term.ended;
        }
        term.lease.stopRenewing(); // so that it ends even if the listener does not return
        call(() -> {
                    if (term.elected) {
                        listener.lost(term.lease);
                    }
                })
                .handle((called, failure) -> {
                    if (failure != null) {
                        LOG.log(Level.WARNING, "A listener has failed when leadership was lost", failure);
                    }
                    return term.lease.releaseAsync();
                })
                .thenCompose(releasing -> releasing)
                .whenComplete((released, failure) -> {
                    current = null;
                    campaignAfter(pauseNanos);
                    if (failure == null) {
                        term.ended.complete(null);
                    } else {
                        term.ended.completeExceptionally(Sync.unwrap(failure));
                    }
                });
        return term.ended;
    }

    private CompletableFuture<Void> call(Runnable callback) {
        CompletableFuture<Void> called = new CompletableFuture<>();
        CompletableFuture<Void> before = Objects.requireNonNull(last.getAndSet(called));
        before.whenCompleteAsync(
                (done, failed) -> {
                    calling = Thread.currentThread();
                    Throwable failure = failureOf(callback);
                    calling = null;
                    if (failure == null) {
                        called.complete(null);
                    } else {
                        called.completeExceptionally(failure);
                    }
                },
                Timers::call);
        return called;
    }

    /** Whatever the listener throws, the next callback has to come. */
    private static @Nullable Throwable failureOf(Runnable callback) {
        try {
            callback.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    /** From being elected until that is over. */
    private static final class Term {

        private final Lease lease;
        private final AtomicBoolean over = new AtomicBoolean();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        /** Written and read by callbacks alone. */
        private boolean elected;

        Term(Lease lease) {
            this.lease = lease;
        }
    }
}
