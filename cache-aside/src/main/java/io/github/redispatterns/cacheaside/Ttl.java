package io.github.redispatterns.cacheaside;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Draws times to live. */
final class Ttl {

    private Ttl() {}

    /** At most the time to live, shorter by up to the jitter's share, and never under 1 ms, which would delete. */
    static Duration jittered(Duration ttl, double jitter) {
        long longest = ttl.toMillis();
        long cut = (long) (longest * jitter * ThreadLocalRandom.current().nextDouble());
        return Duration.ofMillis(Math.max(1, longest - cut));
    }
}
