package io.github.redispatterns.ratelimit;

import java.util.List;
import java.util.function.Function;

/** What keeps those who ask again and again from Redis: calls that meet go together, and refusals are remembered. */
final class HotKeys {

    private HotKeys() {}

    /** As the options say. {@code parts}: what a {@link LimitStore#reset} may name of a key. */
    static <K, R extends Terms> LimitStore<K, R> inFrontOf(
            LimitStore<K, R> store, RateLimiterOptions options, Function<K, List<String>> parts, RateMetrics metrics) {
        LimitStore<K, R> front = store;
        if (options.maxCoalesced() > 1) {
            front = new Coalescing<>(front, options.maxCoalesced(), metrics);
        }
        if (options.maxDenied() > 0) {
            front = new DenyMemory<>(front, options.maxDenied(), options.denyFor(), parts, metrics, System::nanoTime);
        }
        return front;
    }
}
