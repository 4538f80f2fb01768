package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What came of asking a limiter.
 *
 * @param allowed whether the permits were granted; of a look, whether one would be
 * @param remaining how many permits could be had at once right after this call; of several limits, of the scarcest
 * @param retryAfter how long until the same call would be granted, if nobody else comes: after exactly this time it is,
 *     and one microsecond earlier it is not, by the server's clock. Zero if it was granted. What a {@link Fallback} says
 *     is its guess
 * @param resetAfter how long until the whole limit is there again, if nobody else comes
 * @param degraded whether a {@link Fallback} decided this, since Redis did not answer or could not store
 * @param refusedBy of several limits, the name of the one that refuses for the longest time, of equals the first; else
 *     empty
 * @param limits of several limits, where each of them stands, in their order; else empty
 */
public record Decision(
        boolean allowed,
        long remaining,
        Duration retryAfter,
        Duration resetAfter,
        boolean degraded,
        Optional<String> refusedBy,
        List<LimitState> limits) {

    /**
     * Keeps a copy of the list.
     *
     * @param allowed as above
     * @param remaining as above
     * @param retryAfter as above
     * @param resetAfter as above
     * @param degraded as above
     * @param refusedBy as above
     * @param limits as above
     */
    public Decision {
        limits = List.copyOf(limits);
    }

    /** The same, told so much later: the times are shorter, {@code remaining} is as old as it was. */
    Decision after(long nanos) {
        return new Decision(
                allowed,
                remaining,
                LimitState.less(retryAfter, nanos),
                LimitState.less(resetAfter, nanos),
                degraded,
                refusedBy,
                limits.stream().map(each -> each.after(nanos)).toList());
    }

    /**
     * Of a single limit.
     *
     * @param allowed as above
     * @param remaining as above
     * @param retryAfter as above
     * @param resetAfter as above
     * @param degraded as above
     * @param refusedBy as above
     */
    public Decision(
            boolean allowed,
            long remaining,
            Duration retryAfter,
            Duration resetAfter,
            boolean degraded,
            Optional<String> refusedBy) {
        this(allowed, remaining, retryAfter, resetAfter, degraded, refusedBy, List.of());
    }
}
