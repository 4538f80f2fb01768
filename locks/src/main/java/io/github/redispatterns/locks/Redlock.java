package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A lock that is held by whoever most of several independent servers have granted it to.
 *
 * <p><b>Guarantees</b>: it can be acquired, extended and released while fewer than half of the servers are down. As long
 * as none of those that granted a lease forgets it, no two leases of a resource overlap if no server's clock is set
 * forward, or runs more than 1 % faster than the holder's, and if the holder acts only while {@link RedlockLease#remaining()}
 * is positive.
 *
 * <p><b>Does not guarantee</b>: correctness that anything of worth may depend on. Sanfilippo's position: the algorithm needs
 * no more than clocks that run at about the same speed; delays before the lease was acquired are noticed by its
 * validity time, those after it trouble any lock that ends by itself, and a random token can protect a store as well.
 * Kleppmann's: a holder that is paused after its last look acts when another holds the lock, a clock that jumps breaks
 * the quorum, and it has no fencing token by which a store could refuse the late one; for a lock that merely saves
 * work one server is enough, and one that guards correctness should be built on consensus. Both are right about this:
 * it survives the loss of a server without replication, which a single one does not. But a server that restarts
 * without what it had granted may grant it again: persist every write, or keep it down for the longest ttl.
 *
 * <p>It has no fencing token on purpose: each server counts for itself, and the greatest of one quorum may be smaller
 * than one of an earlier quorum of other servers. Where a guarded store can check a token, use {@link DistributedLock}.
 *
 * <p><b>Cost</b>: one script on each server to acquire, and one to release, all at once: 2 round trips. A server that is
 * down or frozen delays nothing while most grant the lock; else an attempt takes at most the longest
 * {@linkplain io.github.redispatterns.core.RedisOptions#commandTimeout() command timeout} of the handles and 100 ms, which
 * should be small against the ttl, such as 50 ms. Nobody queues: those who wait try again after 20 to 200 ms.
 *
 * <p><b>Keys</b>: {@code prefix:{resource}} on each server, string, living for the lease and
 * {@link LockOptions#fenceMemory()} after it. {@code fenceMemory} only says how long a key stays: there is no fencing
 * token.
 *
 * <p><b>Thread safety</b>: safe for concurrent use.
 *
 * <p><b>Source</b>: Redis documentation, "Distributed Locks with Redis"; Kleppmann, "How to do distributed locking", 2016;
 * Sanfilippo, "Is Redlock safe?", 2016.
 */
public final class Redlock {

    private static final int LEAST_SERVERS = 3;

    private final List<LeaseStore> servers;
    private final KeySpace keys;
    private final LockMetrics metrics;

    private Redlock(List<Redis> servers, KeySpace keys, LockOptions options) {
        this.servers = servers.stream()
                .<LeaseStore>map(server -> new LockStore(server, options))
                .toList();
        this.keys = keys;
        this.metrics = new LockMetrics(servers.get(0).meterRegistry(), options.name());
    }

    /**
     * Creates a lock with default options.
     *
     * @param servers an odd number, 3 or more, of handles on single servers that fail independently and replicate
     *     nothing; stay open until you close them
     * @param keys where among the keys of each; nothing else may use it, not even another kind of lock
     * @return the lock
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static Redlock create(Collection<Redis> servers, KeySpace keys) {
        return create(servers, keys, LockOptions.defaults());
    }

    /**
     * Creates a lock.
     *
     * @param servers an odd number, 3 or more, of handles on single servers that fail independently and replicate
     *     nothing; stay open until you close them. Metrics go where the first one's do
     * @param keys where among the keys of each; nothing else may use it, not even another kind of lock
     * @param options how the lock behaves
     * @return the lock
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static Redlock create(Collection<Redis> servers, KeySpace keys, LockOptions options) {
        List<Redis> handles = new ArrayList<>(Check.notNull("servers", servers));
        handles.forEach(server -> Check.notNull("servers", server));
        Check.notNull("keys", keys);
        Check.notNull("options", options);
        if (handles.size() < LEAST_SERVERS || handles.size() % 2 == 0) {
            throw new IllegalArgumentException("servers: must be an odd number from 3, are " + handles.size());
        }
        if (new HashSet<>(handles).size() < handles.size()) {
            throw new IllegalArgumentException("servers: must not name one twice");
        }
        if (handles.stream().anyMatch(server -> server.topology() != Topology.STANDALONE)) {
            throw new IllegalArgumentException(
                    "servers: must be single servers; a replica that takes over may know nothing");
        }
        return new Redlock(handles, keys, options);
    }

    /**
     * Acquires the lock if most servers grant it, and does not wait.
     *
     * @param resource what to lock; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @return {@code Acquired} or {@code NoQuorum}
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public RedlockAcquisition tryAcquire(String resource, Duration ttl) {
        return acquire(resource, ttl, Duration.ZERO);
    }

    /**
     * Acquires the lock if most servers grant it, and does not wait.
     *
     * @param resource what to lock; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @return as {@link #tryAcquire} does
     */
    public CompletionStage<RedlockAcquisition> tryAcquireAsync(String resource, Duration ttl) {
        return acquireAsync(resource, ttl, Duration.ZERO);
    }

    /**
     * Acquires the lock, and tries again if too few servers grant it.
     *
     * @param resource what to lock; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @param maxWait after how long not to try again, at most 10 years; zero tries once
     * @return {@code Acquired} or {@code NoQuorum}; servers that cannot be asked count as not granting
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then the lock is not
     *     acquired
     */
    public RedlockAcquisition acquire(String resource, Duration ttl, Duration maxWait) {
        return Leases.await(acquiring(resource, ttl, maxWait));
    }

    /**
     * Acquires the lock, and tries again if too few servers grant it.
     *
     * @param resource what to lock; any text but the empty one
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @param maxWait after how long not to try again, at most 10 years; zero tries once
     * @return as {@link #acquire} does. Whoever cancels it gives back what it would have got
     */
    public CompletionStage<RedlockAcquisition> acquireAsync(String resource, Duration ttl, Duration maxWait) {
        return acquiring(resource, ttl, maxWait);
    }

    private CompletableFuture<RedlockAcquisition> acquiring(String resource, Duration ttl, Duration maxWait) {
        LeaseOptions options = LeaseOptions.builder(ttl).maxWait(maxWait).build(); // which checks both
        return new RedlockRequest(servers, metrics, keys.key(Check.text("resource", resource)), options).acquire();
    }
}
