package io.github.redispatterns.cacheaside;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Draws times to live. */
final class Ttl {

    private Ttl() {}

    /** At most the options' time to live, shorter by up to the jitter, and never under 1 ms, which would delete. */
    static Duration jittered(CacheAsideOptions options) {
        long longest = options.ttl().toMillis();
        long cut =
                (long) (longest * options.jitter() * ThreadLocalRandom.current().nextDouble());
        return Duration.ofMillis(Math.max(1, longest - cut));
    }
}
