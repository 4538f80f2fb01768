package io.github.redispatterns.cacheaside;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * How long one entry lives.
 *
 * @param softMillis how long after its birth it is stale
 * @param ttlMillis how long after its birth it is gone
 */
record Lifetime(long softMillis, long ttlMillis) {

    /** Draws the jitter: both times are shorter by the same share, and never under 1 ms, which would delete. */
    static Lifetime draw(CacheAsideOptions options, Duration ttl, boolean negative) {
        double share = 1 - options.jitter() * ThreadLocalRandom.current().nextDouble();
        long hard = Math.max(1, (long) (ttl.toMillis() * share));
        long soft = Math.max(1, (long) (options.softTtl().toMillis() * share));
        return new Lifetime(negative ? hard : Math.min(soft, hard), hard);
    }

    static Lifetime draw(CacheAsideOptions options) {
        return draw(options, options.ttl(), false);
    }

    /** Null if such an answer is not to be stored. */
    static @Nullable Lifetime draw(CacheAsideOptions options, LoadContext context, boolean negative) {
        Duration own = context.ttl();
        Duration ttl = own != null ? own : negative ? options.negativeTtl() : options.ttl();
        return context.stored() && !ttl.isZero() ? draw(options, ttl, negative) : null;
    }
}
