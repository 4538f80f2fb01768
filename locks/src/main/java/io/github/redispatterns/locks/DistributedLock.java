package io.github.redispatterns.locks;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A lock in Redis on whatever has a name, which one caller in the fleet holds at a time: by a lease, which ends by itself
 * if its holder dies, and tells its holder when it is lost. The two locks of a {@link DistributedReadWriteLock} have this
 * type too, of which one lets many in at a time: what is different about them is said there.
 *
 * <p><b>Guarantees</b>: as long as Redis keeps what it has confirmed, and its clock is not set forward nor runs more than
 * 1 % faster than the holder's, no two leases of a resource overlap. The fencing token of each is greater than those of
 * all leases of that resource before it: while Redis keeps the key ({@link LockOptions#fenceMemory()} after the last
 * lease) whatever the clock does; where the key was lost (restart without persistence, failover) if the clock is by then
 * past the last token, so that a new master's clock may be behind by no more than the failover took. Those who wait get
 * the lock in the order in which they came: whoever releases it hands it to the next, in the same step. A waiter whose
 * process has not looked for 5 s is passed over; on one server and with Sentinel also, at once, one whose connection is
 * closed. One whose connection is closed and that lives keeps its place meanwhile. A request whose reply was lost is asked
 * again and gets the same lease. Every key has a time to live.
 *
 * <p><b>Does not guarantee</b>: mutual exclusion by itself. A failover may forget a lease, since Redis replicates
 * asynchronously, and a holder may be paused past the end of its own; then two act at once. Let each write carry
 * {@link Lease#fencingToken()} to a store that refuses older ones, such as {@link FencedStore} or {@link FencedTable}. Nor
 * that a lock is free at once if a waiter dies within 5 s before it is given the lock, and the server still counts it as
 * listening (on a Cluster always; elsewhere a frozen process, or a machine that lost power): the others wait until that
 * lease ends.
 *
 * <p><b>Cost</b>: one script to acquire, one to release, whether or not others wait: 2 round trips. A process that waits
 * adds one look a second per lock, for all of its waiters together, and one subscription for all its resources. Whoever
 * wants {@linkplain LeaseOptions.Builder#replicas replicas} to know of the lease adds a connection per lock object (on a
 * Cluster one per master), and a script and a {@code WAIT} per acquisition; such acquisitions go one at a time over it.
 *
 * <p><b>Keys</b>: {@code prefix:{resource}}, a string, or while others wait a hash, living for the lease and
 * {@link LockOptions#fenceMemory()} after it. Channels: {@code prefix:grant-} and eight hexadecimal digits, one per
 * lock object, subscribed with its first {@code acquire} that may wait, even if the lock is free.
 *
 * <p><b>Thread safety</b>: safe for concurrent use, from virtual threads too. Leases belong to whoever has the object,
 * never to a thread. What hangs on {@link Lease#lost()} may block. What hangs on any other stage may run on Lettuce's I/O
 * thread, and must not block: use {@code thenApplyAsync}, and {@code releaseAsync()} in place of {@code close()}.
 *
 * <p><b>Source</b>: Redis documentation, "Distributed Locks with Redis"; Kleppmann, "How to do distributed locking", 2016;
 * Sanfilippo, "Is Redlock safe?", 2016.
 */
public final class DistributedLock implements AutoCloseable {

    private final KeySpace keys;
    private final Leases leases;
    private final String mode;

    DistributedLock(KeySpace keys, Leases leases, String mode) {
        this.keys = keys;
        this.leases = leases;
        this.mode = mode;
    }

    /**
     * Creates a lock with default options.
     *
     * @param redis where the locks are; stays open until you close it
     * @param keys where among the keys; locks that share a key space exclude each other, and nothing else may use it, not
     *     even another kind of lock
     * @return the lock
     */
    public static DistributedLock create(Redis redis, KeySpace keys) {
        return create(redis, keys, LockOptions.defaults());
    }

    /**
     * Creates a lock.
     *
     * @param redis where the locks are; stays open until you close it
     * @param keys where among the keys; locks that share a key space exclude each other, and nothing else may use it, not
     *     even another kind of lock
     * @param options how the lock behaves
     * @return the lock
     */
    public static DistributedLock create(Redis redis, KeySpace keys, LockOptions options) {
        Check.notNull("redis", redis);
        Check.notNull("keys", keys);
        Check.notNull("options", options);
        LeaseStore store = new LockStore(redis, options);
        return new DistributedLock(keys, Leases.of(store, redis, keys, options), "");
    }

    /**
     * Acquires the lock if it is free, and does not wait.
     *
     * @param resource what to lock; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @return {@code Acquired} or {@code Busy}; that while others wait for it, too, even if it is free just then
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws CallInterruptedException if the thread is interrupted; then the lock is not acquired
     * @throws IllegalStateException if it is closed
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type, or Redis is full
     */
    public Acquisition tryAcquire(String resource, Duration ttl) {
        return acquire(resource, LeaseOptions.ofTtl(ttl));
    }

    /**
     * Acquires the lock if it is free, and does not wait.
     *
     * @param resource what to lock; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @return {@code Acquired} or {@code Busy}; fails as {@link #tryAcquire} does
     */
    public CompletionStage<Acquisition> tryAcquireAsync(String resource, Duration ttl) {
        return acquireAsync(resource, LeaseOptions.ofTtl(ttl));
    }

    /**
     * Acquires the lock, and waits for it if another holds it.
     *
     * @param resource what to lock; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @param maxWait how long to wait, at most 10 years; zero does not wait
     * @return as {@link #acquire(String, LeaseOptions)} does; throws as that does
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public Acquisition acquire(String resource, Duration ttl, Duration maxWait) {
        return acquire(resource, LeaseOptions.builder(ttl).maxWait(maxWait).build());
    }

    /**
     * Acquires the lock, and waits for it if another holds it.
     *
     * @param resource what to lock; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @param maxWait how long to wait, at most 10 years; zero does not wait
     * @return as {@link #acquireAsync(String, LeaseOptions)} does, and fails as it does
     */
    public CompletionStage<Acquisition> acquireAsync(String resource, Duration ttl, Duration maxWait) {
        return acquireAsync(resource, LeaseOptions.builder(ttl).maxWait(maxWait).build());
    }

    /**
     * Acquires the lock as the options say.
     *
     * @param resource what to lock; any text but the empty one
     * @param options how long the lease lasts, how long to wait for it, and more
     * @return {@code Acquired}; else {@code Busy} from a caller that does not wait, {@code TimedOut} from one that does,
     *     and {@code Unreplicated} if too few replicas have acknowledged it
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws CallInterruptedException if the thread is interrupted; then the lock is not acquired
     * @throws IllegalStateException if it is closed, or a request with the same token already waits for this resource in
     *     this lock object
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type, or Redis is full
     */
    public Acquisition acquire(String resource, LeaseOptions options) {
        return Leases.await(acquiring(resource, options));
    }

    /**
     * Acquires the lock as the options say.
     *
     * @param resource what to lock; any text but the empty one
     * @param options how long the lease lasts, how long to wait for it, and more
     * @return as {@link #acquire(String, LeaseOptions)} does, and fails as it does. Whoever cancels it gives back what it
     *     would have got
     */
    public CompletionStage<Acquisition> acquireAsync(String resource, LeaseOptions options) {
        return acquiring(resource, options);
    }

    /**
     * Acquires the locks on several resources: all of them or none. They are acquired one after the other in an order that
     * is the same for all callers, so that no two wait for each other.
     *
     * @param resources what to lock, at least one; one that is named twice is locked once
     * @param options as for one. The longest wait is for all of them together; while some are waited for the others do
     *     not end, and all last the ttl from the end of the wait. {@code renewFor} counts from then, {@code minHold} from
     *     each acquisition
     * @return {@code Acquired}; else {@code Refused}, which says which was not acquired, and why; then none is held
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws CallInterruptedException if the thread is interrupted; then none is acquired
     * @throws LeaseLostException if Redis has lost one of them while others were waited for; then none is held
     * @throws IllegalStateException if it is closed
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer
     * @throws io.lettuce.core.RedisCommandExecutionException if a key holds another type, or Redis is full
     */
    public MultiAcquisition acquireAll(Collection<String> resources, LeaseOptions options) {
        return Leases.await(acquiringAll(resources, options));
    }

    /**
     * Acquires the locks on several resources: all of them or none.
     *
     * @param resources what to lock, at least one; one that is named twice is locked once
     * @param options as for {@link #acquireAll}
     * @return as {@link #acquireAll} does, and fails as it does. Whoever cancels it gives back what it would have got
     */
    public CompletionStage<MultiAcquisition> acquireAllAsync(Collection<String> resources, LeaseOptions options) {
        return acquiringAll(resources, options);
    }

    /**
     * Does something under the lock, and gives it back.
     *
     * @param resource what to lock; any text but the empty one
     * @param options how long the lease lasts, how long to wait for it, and more; a {@code renewFor} suits work whose
     *     time is not known
     * @param call what to do
     * @param <T> the type of its result
     * @param <E> what it throws
     * @return its result
     * @throws E if the call does
     * @throws LockNotAcquiredException if the lock was not acquired; then nothing was done
     * @throws LeaseLostException if the lease was lost before the call returned: another may have acted at the same time
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws CallInterruptedException if the thread is interrupted while it waits; then nothing was done
     * @throws IllegalStateException if it is closed, or the call has released the lease
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked for the lock, or did not answer
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type, or Redis is full
     */
    public <T extends @Nullable Object, E extends Exception> T withLock(
            String resource, LeaseOptions options, LockedCall<T, E> call) throws E {
        Check.notNull("call", call);
        try (Lease lease = acquire(resource, options).orElseThrow()) {
            T result = call.call(lease);
            lease.ensureHeld();
            return result;
        }
    }

    /**
     * Does something under the lock, and gives it back.
     *
     * @param resource what to lock; any text but the empty one
     * @param options how long the lease lasts, how long to wait for it, and more
     * @param call what to do; the lock is given back when its stage is complete
     * @param <T> the type of its result
     * @return its result, once the lock was given back; fails as {@link #withLock} does
     */
    public <T extends @Nullable Object> CompletionStage<T> withLockAsync(
            String resource, LeaseOptions options, Function<? super Lease, ? extends CompletionStage<T>> call) {
        Check.notNull("call", call);
        return acquireAsync(resource, options).thenCompose(outcome -> {
            Lease lease = outcome.orElseThrow();
            return Leases.closing(lease, called(call, lease).thenApply(result -> {
                lease.ensureHeld();
                return result;
            }));
        });
    }

    /**
     * Ends every wait, and the subscription. Those who wait fail with an {@code IllegalStateException}; leases are still
     * renewed, and stay until they are closed or end.
     */
    @Override
    public void close() {
        leases.close();
    }

    /** For those who rely on being alone. */
    void requireExclusive() {
        if (mode.equals(DistributedReadWriteLock.READ.name())) {
            throw new IllegalArgumentException("lock: must be one that excludes all others, is a read lock");
        }
    }

    private CompletableFuture<Acquisition> acquiring(String resource, LeaseOptions options) {
        return leases.acquire(keys.key(Check.text("resource", resource)), mode, Check.notNull("options", options));
    }

    private CompletableFuture<MultiAcquisition> acquiringAll(Collection<String> resources, LeaseOptions options) {
        SortedMap<String, String> sorted = new TreeMap<>();
        for (String resource : Check.notNull("resources", resources)) {
            sorted.put(Check.text("resources", resource), keys.key(resource));
        }
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("resources: must not be empty");
        }
        return new AllOrNothing(leases, sorted, mode, Check.notNull("options", options)).acquire();
    }

    private static <T extends @Nullable Object> CompletionStage<T> called(
            Function<? super Lease, ? extends CompletionStage<T>> call, Lease lease) {
        try {
            return Check.notNull("stage", call.apply(lease));
        } catch (Throwable e) { // an Error too must not keep the lock
            return CompletableFuture.failedFuture(e);
        }
    }
}
