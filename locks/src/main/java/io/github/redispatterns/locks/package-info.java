/**
 * Locks: leases that tell their holder when they are lost, and fencing that is enforced.
 *
 * <p>The naive form (INCR, EXPIRE; later DEL) fails in three ways. Whoever dies between INCR and EXPIRE locks for ever.
 * Whoever was paused past the time to live deletes the lock of the next holder. And no lock that ends by itself can keep
 * a paused holder from writing late. Here a lock is one key that only scripts change: ownership is a token, a lease ends
 * for its holder before it does on the server, and each lease has a fencing token, greater than all before it, that the
 * guarded store checks: {@link io.github.redispatterns.locks.FencedStore} in Redis,
 * {@link io.github.redispatterns.locks.FencedTable} in a database.
 *
 * <p>{@link io.github.redispatterns.locks.DistributedLock} is the entry point.
 */
@NullMarked
package io.github.redispatterns.locks;

import org.jspecify.annotations.NullMarked;
