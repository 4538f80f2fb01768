package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.Optional;

/**
 * What came of asking a limiter.
 *
 * @param allowed whether the permits were granted
 * @param remaining how many permits could be had at once right after this call
 * @param retryAfter how long until the same call would be granted, if nobody else comes: after exactly this time it is,
 *     and a millisecond earlier it is not, by the server's clock, to the microsecond. Zero if it was granted
 * @param resetAfter how long until the whole limit is there again, if nobody else comes
 * @param degraded whether this was decided without Redis, since that did not answer
 * @param refusedBy the name of the limit that refused, where there were several; else empty
 */
public record Decision(
        boolean allowed,
        long remaining,
        Duration retryAfter,
        Duration resetAfter,
        boolean degraded,
        Optional<String> refusedBy) {}
