package io.github.redispatterns.benchmarks.subject;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One operation of one library in one configuration, ready to be driven. It lives in a worker JVM of its own, where one
 * subject after the other is opened: one that is only populated and weighed, then one per load.
 *
 * <p><b>Thread safety</b>: {@link #call} is called by several threads at once, each with a number of its own.
 */
public interface Subject extends AutoCloseable {

    /**
     * Performs the operation once and waits for its end. It checks the reply: an operation that did nothing is fast.
     *
     * @param thread which of the callers this is, from 0 to {@link Place#threads()} - 1; each of them is always the same
     *     thread
     * @throws Exception if it failed, which ends the run
     */
    void call(int thread) throws Exception;

    /**
     * Begins the operation, for a caller that has several of them under way. Its reply is given to {@link #check}.
     *
     * @return completes with the operation, on whatever thread; a failure ends the run
     */
    default CompletionStage<?> callAsync() {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " has no asynchronous form");
    }

    /**
     * Fails unless the reply of {@link #callAsync} is what it should be: an evicted key must not make a bench measure
     * misses. Called on the thread that completes the operation, when its latency has been taken.
     *
     * @param reply what the operation completed with
     */
    default void check(@Nullable Object reply) {}

    /**
     * Performs the operation once without what it mostly waits for, if it waits long: so that a caller in a crowd does not
     * run code for the first time in the few operations that a round has room for. Called as {@link #call} is, before it.
     *
     * @param thread which of the callers this is
     * @throws Exception if it failed, which ends the run
     */
    default void rehearse(int thread) throws Exception {}

    /**
     * How often the source of truth has been asked, if there is one.
     *
     * @return the number of loads since the opening
     */
    default long loads() {
        return 0;
    }

    /**
     * Leaves behind in Redis what one user of the operation has there while it is in use, such as one entry or one held
     * lock. Called once, on a subject opened for it with one thread and a prefix of its own; the keys that it and the
     * opening made are then counted and weighed, and deleted.
     *
     * @throws Exception if it failed, which ends the run
     */
    default void populate() throws Exception {
        call(0);
    }

    /** Ends every connection and thread that this subject began. Keys may stay: they are deleted by their prefix. */
    @Override
    void close();
}
