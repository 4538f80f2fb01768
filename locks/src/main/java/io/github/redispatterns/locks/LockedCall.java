package io.github.redispatterns.locks;

import org.jspecify.annotations.Nullable;

/**
 * What is done while a lock is held.
 *
 * @param <T> the type of its result
 * @param <E> what it throws
 */
@FunctionalInterface
public interface LockedCall<T extends @Nullable Object, E extends Exception> {

    /**
     * Does it.
     *
     * @param lease the lease on the lock: its fencing token goes with every write, and {@link Lease#ensureHeld()} before
     *     each step that must not overlap another holder's
     * @return the result
     * @throws E if it fails
     */
    T call(Lease lease) throws E;
}
