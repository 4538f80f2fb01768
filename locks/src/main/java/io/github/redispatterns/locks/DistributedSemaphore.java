package io.github.redispatterns.locks;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Permits in Redis for whatever has a name, of which so many callers in the fleet have one each at a time: by a lease, which
 * ends by itself if its holder dies, and tells its holder when it is lost.
 *
 * <p><b>Guarantees</b>: as long as Redis keeps what it has confirmed, and its clock is not set forward nor runs more than
 * 1 % faster than the holder's, no caller gets a permit of a resource while as many are out as the semaphore has that it
 * asked. Those who wait get one in the order in which they came: whoever releases a permit hands it to the next, in the
 * same step. A waiter whose process has not looked for 5 s is passed over; on one server and with Sentinel also, at once,
 * one whose connection is closed. The permit of a holder that dies comes back when its lease ends. Each lease has
 * a fencing token greater than those of all before it, as for {@link DistributedLock}. A request whose reply was lost is
 * asked again and gets the same lease. Every key has a time to live.
 *
 * <p>The number of permits is nowhere stored: each request brings that of its own semaphore, so that it changes with a
 * rolling restart. While processes differ, as many permits are out as the greatest number at most; and since nobody
 * overtakes, one that waits because its own number is lower is not starved by those with a greater one: they wait
 * behind it.
 *
 * <p><b>Does not guarantee</b>: the bound by itself. A failover may forget a lease, since Redis replicates asynchronously,
 * and a holder may be paused past the end of its own; then one more acts at once. Nor that a permit is free at once if
 * a waiter dies within 5 s before it is given one, and the server still counts it as listening: it comes back after the
 * ttl. Nor that one keeps its place whose connection is down when its turn comes: it loses it, and so do all waiters of its
 * process: they queue again behind the others.
 *
 * <p><b>Cost</b>: one script to acquire, one to release, O(1), whether or not others wait: 2 round trips. Two more for one
 * who does not wait and finds that a lease has ended. A look, once a second per process and resource that it waits for,
 * is O(leases + waiters).
 *
 * <p><b>Keys</b>: {@code prefix:{resource}}, hash, living for the longest lease and {@link LockOptions#fenceMemory()}
 * after it. Channels: {@code prefix:grant-} and eight hexadecimal digits, one per semaphore object, subscribed with its
 * first {@code acquire} that may wait, even if a permit is free.
 *
 * <p><b>Thread safety</b>: safe for concurrent use, from virtual threads too. Leases belong to whoever has the object,
 * never to a thread. What hangs on a stage must not block, as for {@link DistributedLock}.
 *
 * <p><b>Source</b>: Dijkstra, "Cooperating sequential processes", 1965; Gray and Cheriton, "Leases", SOSP'89.
 */
public final class DistributedSemaphore implements AutoCloseable {

    private static final int MOST_PERMITS = 10_000;
    static final ShareStore.Mode PERMIT = new ShareStore.Mode("p", 1);

    /** The same, as a lock. */
    final DistributedLock lock;

    private DistributedSemaphore(DistributedLock lock) {
        this.lock = lock;
    }

    /**
     * Creates a semaphore with default options.
     *
     * @param redis where the permits are; stays open until you close it
     * @param keys where among the keys; semaphores that share a key space share the permits, and nothing else may use it,
     *     not even another kind of lock
     * @param permits how many there are of each resource, from 1 to 10,000
     * @return the semaphore
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static DistributedSemaphore create(Redis redis, KeySpace keys, int permits) {
        return create(redis, keys, permits, LockOptions.defaults());
    }

    /**
     * Creates a semaphore.
     *
     * @param redis where the permits are; stays open until you close it
     * @param keys where among the keys; semaphores that share a key space share the permits, and nothing else may use it,
     *     not even another kind of lock
     * @param permits how many there are of each resource, from 1 to 10,000
     * @param options how the semaphore behaves
     * @return the semaphore
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static DistributedSemaphore create(Redis redis, KeySpace keys, int permits, LockOptions options) {
        Check.notNull("redis", redis);
        Check.notNull("keys", keys);
        Check.range("permits", permits, 1, MOST_PERMITS);
        Check.notNull("options", options);
        LeaseStore store = new ShareStore(redis, options, permits, PERMIT);
        return new DistributedSemaphore(
                new DistributedLock(keys, Leases.of(store, redis, keys, options), PERMIT.name()));
    }

    /**
     * Acquires a permit if one is free, and does not wait.
     *
     * @param resource what to use; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @return {@code Acquired} or {@code Busy}, with a time before which no lease ends by itself; that while others wait,
     *     too, even if a permit is free just then
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws CallInterruptedException if the thread is interrupted; then no permit is acquired
     * @throws IllegalStateException if it is closed
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type, or Redis is full
     */
    public Acquisition tryAcquire(String resource, Duration ttl) {
        return lock.tryAcquire(resource, ttl);
    }

    /**
     * Acquires a permit if one is free, and does not wait.
     *
     * @param resource what to use; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @return {@code Acquired} or {@code Busy}; fails as {@link #tryAcquire} does
     */
    public CompletionStage<Acquisition> tryAcquireAsync(String resource, Duration ttl) {
        return lock.tryAcquireAsync(resource, ttl);
    }

    /**
     * Acquires a permit, and waits for one if none is free.
     *
     * @param resource what to use; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @param maxWait how long to wait, at most 10 years; zero does not wait
     * @return as {@link #acquire(String, LeaseOptions)} does; throws as that does
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public Acquisition acquire(String resource, Duration ttl, Duration maxWait) {
        return lock.acquire(resource, ttl, maxWait);
    }

    /**
     * Acquires a permit, and waits for one if none is free.
     *
     * @param resource what to use; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @param maxWait how long to wait, at most 10 years; zero does not wait
     * @return as {@link #acquireAsync(String, LeaseOptions)} does, and fails as it does
     */
    public CompletionStage<Acquisition> acquireAsync(String resource, Duration ttl, Duration maxWait) {
        return lock.acquireAsync(resource, ttl, maxWait);
    }

    /**
     * Acquires a permit as the options say.
     *
     * @param resource what to use; any text but the empty one
     * @param options how long the lease lasts, how long to wait for it, and more; a {@code minHold} keeps the permit from
     *     the others
     * @return {@code Acquired}; else {@code Busy} from a caller that does not wait, {@code TimedOut} from one that does,
     *     both with a time before which no lease ends by itself
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws CallInterruptedException if the thread is interrupted; then no permit is acquired
     * @throws IllegalStateException if it is closed, or a request with the same token already waits for this resource in
     *     this semaphore object
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type, or Redis is full
     */
    public Acquisition acquire(String resource, LeaseOptions options) {
        return lock.acquire(resource, options);
    }

    /**
     * Acquires a permit as the options say.
     *
     * @param resource what to use; any text but the empty one
     * @param options how long the lease lasts, how long to wait for it, and more
     * @return as {@link #acquire(String, LeaseOptions)} does, and fails as it does. Whoever cancels it gives back what it
     *     would have got
     */
    public CompletionStage<Acquisition> acquireAsync(String resource, LeaseOptions options) {
        return lock.acquireAsync(resource, options);
    }

    /**
     * Does something with a permit, and gives it back.
     *
     * @param resource what to use; any text but the empty one
     * @param options how long the lease lasts, how long to wait for it, and more; a {@code renewFor} suits work whose
     *     time is not known
     * @param call what to do
     * @param <T> the type of its result
     * @param <E> what it throws
     * @return its result
     * @throws E if the call does
     * @throws LockNotAcquiredException if no permit was acquired; then nothing was done
     * @throws LeaseLostException if the lease was lost before the call returned: another may have had the permit
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws CallInterruptedException if the thread is interrupted while it waits; then nothing was done
     * @throws IllegalStateException if it is closed, or the call has released the lease
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked for a permit, or did not answer
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type, or Redis is full
     */
    public <T extends @Nullable Object, E extends Exception> T withPermit(
            String resource, LeaseOptions options, LockedCall<T, E> call) throws E {
        return lock.withLock(resource, options, call);
    }

    /**
     * Does something with a permit, and gives it back.
     *
     * @param resource what to use; any text but the empty one
     * @param options how long the lease lasts, how long to wait for it, and more
     * @param call what to do; the permit is given back when its stage is complete
     * @param <T> the type of its result
     * @return its result, once the permit was given back; fails as {@link #withPermit} does
     */
    public <T extends @Nullable Object> CompletionStage<T> withPermitAsync(
            String resource, LeaseOptions options, Function<? super Lease, ? extends CompletionStage<T>> call) {
        return lock.withLockAsync(resource, options, call);
    }

    /**
     * Ends every wait, and the subscription. Those who wait fail with an {@code IllegalStateException}; leases are still
     * renewed, and stay until they are closed or end.
     */
    @Override
    public void close() {
        lock.close();
    }
}
