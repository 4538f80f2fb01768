package io.github.redispatterns.ratelimit;

import java.util.List;
import java.util.function.Function;

/** What keeps those who ask again and again from Redis: calls that meet go together, and refusals are remembered. */
final class HotKeys {

    private HotKeys() {}

    /**
     * As the options say.
     *
     * @param limits how many there are: each call takes the time of so many
     * @param keysOf the Redis keys of a K, each of which a {@link LimitStore#reset} may name
     */
    static <K, R extends Terms> LimitStore<K, R> inFrontOf(
            LimitStore<K, R> store,
            int limits,
            RateLimiterOptions options,
            Function<K, List<String>> keysOf,
            RateMetrics metrics) {
        int together = Math.max(1, options.maxCoalesced() / limits);
        LimitStore<K, R> front = store;
        if (together > 1) {
            front = new Coalescing<>(front, together, metrics);
        }
        if (options.maxDenied() > 0) {
            front = new DenyMemory<>(front, options.maxDenied(), options.denyFor(), keysOf, metrics, System::nanoTime);
        }
        return front;
    }
}
