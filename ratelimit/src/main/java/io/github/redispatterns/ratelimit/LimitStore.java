package io.github.redispatterns.ratelimit;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Where the limits of all ids stand, and what decides on them. What goes in front of Redis (a queue that sends several
 * calls as one, a memory of refusals, a supply of permits, a fallback) is another of these around it.
 *
 * <p>Keys are those of the key space, built already. A cost that is not from 1 to {@link Rule#capacity()} is refused with
 * {@code IllegalArgumentException}, thrown before any I/O; in a list, all of it.
 */
interface LimitStore {

    /** The limit that the next call is decided by. */
    Rule rule();

    /** Decides from now on by another limit of the same algorithm; what was taken stays taken. */
    void use(Rule rule);

    /** Takes permits, or none of them. */
    CompletionStage<Decision> decide(String key, long cost);

    /** Decides one after the other, at one instant of the server's clock and exactly as single calls then would be. */
    CompletionStage<List<Decision>> decide(String key, List<Long> costs);

    /** What {@link #decide(String, long)} would say to a cost of one, with what remains as it is. */
    CompletionStage<Decision> peek(String key);

    /** Forgets what was taken. */
    CompletionStage<Void> reset(String key);

    /** Ends what runs in the background. */
    default void close() {}
}
