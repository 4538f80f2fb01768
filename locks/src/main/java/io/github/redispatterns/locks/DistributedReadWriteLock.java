package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;

/**
 * A lock in Redis on whatever has a name, which many readers in the fleet hold at a time, or one writer.
 *
 * <p><b>Guarantees</b>: those of {@link DistributedLock}, but that readers' leases overlap. Writers come first: one that
 * waits goes before all readers who wait and all who come later, so that readers cannot starve it. Among themselves they go
 * in the order in which they came. Once no writer holds the lock or waits for it, all readers who wait get it at once. A
 * reader's lease has a fencing token too, unlike and greater than all before it. A reader or writer that dies holds the
 * others up until its lease ends; one that dies in the queue, until it is passed over after 5 s, or until the lease ends
 * that it was given meanwhile.
 *
 * <p><b>Does not guarantee</b>: that readers get in while writers keep coming: if they must, use a {@link DistributedLock}
 * or write less often. Nor re-entry: whoever holds a reader's lease and asks for another waits for a writer that waits for
 * the first; pass the lease on instead. Nor that a lease can change from reading to writing: release it, acquire the
 * other, and read again. Nor that one keeps its place whose connection is down when its turn comes: it loses it, and so do
 * all waiters of its process: they queue again behind the others. All else as for {@link DistributedLock}.
 *
 * <p><b>Cost</b>: one script to acquire, one to release, O(1) besides those who are let in; two more for one who does not
 * wait and finds that a lease has ended, or, if it reads, that a writer waits. A look, once a second per process and
 * resource that it waits for, is O(leases + waiters).
 *
 * <p><b>Keys</b>: {@code prefix:{resource}}, hash, living for the longest lease and {@link LockOptions#fenceMemory()}
 * after it. Channels: {@code prefix:grant-} and eight hexadecimal digits, one per lock object, for both of its locks,
 * subscribed with the first {@code acquire} that may wait, even if the lock is free.
 *
 * <p><b>Thread safety</b>: safe for concurrent use, from virtual threads too. Leases belong to whoever has the object,
 * never to a thread. What hangs on a stage must not block, as for {@link DistributedLock}.
 *
 * <p><b>Source</b>: Courtois, Heymans and Parnas, "Concurrent Control with 'Readers' and 'Writers'", 1971, the second
 * problem.
 */
public final class DistributedReadWriteLock implements AutoCloseable {

    /** A writer takes them all: more than there can be readers. */
    static final long PERMITS = 1_000_000_000;

    static final ShareStore.Mode WRITE = new ShareStore.Mode("w", PERMITS);
    static final ShareStore.Mode READ = new ShareStore.Mode("r", 1);

    private final Leases leases;
    private final DistributedLock readLock;
    private final DistributedLock writeLock;

    private DistributedReadWriteLock(KeySpace keys, Leases leases) {
        this.leases = leases;
        this.readLock = new DistributedLock(keys, leases, READ.name());
        this.writeLock = new DistributedLock(keys, leases, WRITE.name());
    }

    /**
     * Creates a lock with default options.
     *
     * @param redis where the locks are; stays open until you close it
     * @param keys where among the keys; locks that share a key space exclude each other, and nothing else may use it, not
     *     even another kind of lock
     * @return the lock
     */
    public static DistributedReadWriteLock create(Redis redis, KeySpace keys) {
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
    public static DistributedReadWriteLock create(Redis redis, KeySpace keys, LockOptions options) {
        Check.notNull("redis", redis);
        Check.notNull("keys", keys);
        Check.notNull("options", options);
        LeaseStore store = new ShareStore(redis, options, PERMITS, WRITE, READ);
        return new DistributedReadWriteLock(keys, Leases.of(store, redis, keys, options));
    }

    /**
     * The lock for those who only read.
     *
     * @return the same at each call; its leases exclude those of {@link #writeLock()}, and not each other: so it is not held
     *     by one caller at a time, and none for a {@link LeaderElection}. While a writer waits, who does not is told {@code Busy}, with no time left if no writer holds it. To close it closes both
     */
    public DistributedLock readLock() {
        return readLock;
    }

    /**
     * The lock for those who write.
     *
     * @return the same at each call; its leases exclude each other and those of {@link #readLock()}. To close it closes
     *     both
     */
    public DistributedLock writeLock() {
        return writeLock;
    }

    /**
     * Ends every wait, and the subscription. Those who wait fail with an {@code IllegalStateException}; leases are still
     * renewed, and stay until they are closed or end.
     */
    @Override
    public void close() {
        leases.close();
    }
}
