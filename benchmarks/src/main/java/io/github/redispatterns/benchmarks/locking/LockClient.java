package io.github.redispatterns.benchmarks.locking;

import io.github.redispatterns.benchmarks.subject.Place;
import java.time.Duration;

/** One process's way to one lock, with connections of its own. Safe for concurrent use. */
public interface LockClient extends AutoCloseable {

    /** How long a lock is leased for. */
    Duration LEASE = Duration.ofSeconds(30);

    /** After which time a caller that still waits fails, and ends the run. */
    Duration PATIENCE = Duration.ofSeconds(30);

    /** Opens clients. */
    @FunctionalInterface
    interface Opener {

        /**
         * Opens one.
         *
         * @param place where the lock is; all clients of one place want the same
         * @return the client
         */
        LockClient open(Place place);
    }

    /** A lock that is held. */
    @FunctionalInterface
    interface Held {

        /** Gives it back. Called by the thread that acquired it. */
        void release();
    }

    /**
     * Acquires the lock, and waits for it.
     *
     * @return the lock
     * @throws InterruptedException if the caller is to wait no more
     */
    Held acquire() throws InterruptedException;

    /** Ends every connection and thread of the client. */
    @Override
    void close();
}
