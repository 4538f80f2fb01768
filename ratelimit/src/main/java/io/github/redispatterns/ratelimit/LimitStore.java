package io.github.redispatterns.ratelimit;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Where the limits of all ids stand, and what decides on them: one limit of each id ({@link Rule}), or several at once
 * ({@link Rules}). What goes in front of Redis (a queue that sends several
 * calls as one, a memory of refusals, a supply of permits, a fallback) is another of these around it.
 *
 * <p>Keys are those of the key space, built already. A cost that the limits can never grant is refused with
 * {@code IllegalArgumentException}, thrown before any I/O; in a list, all of it.
 *
 * @param <K> the key of an id, or the keys of a call's subjects
 * @param <R> what a call is decided by
 */
interface LimitStore<K, R extends Terms> {

    /** The limit that the next call is decided by. */
    R rule();

    /** Decides from now on by other limits of the same algorithms; what was taken stays taken. */
    void use(R rule);

    /** Takes permits, or none of them. */
    CompletionStage<Decision> decide(K key, long cost);

    /** Decides one after the other, at one instant of the server's clock and exactly as single calls then would be. */
    CompletionStage<List<Decision>> decide(K key, List<Long> costs);

    /** What {@link #decide(Object, long)} would say to a cost of one, with what remains as it is. */
    CompletionStage<Decision> peek(K key);

    /** Forgets what was taken; of several subjects it may be of some only. */
    CompletionStage<Void> reset(K key);

    /** Ends what runs in the background. */
    default void close() {}
}
