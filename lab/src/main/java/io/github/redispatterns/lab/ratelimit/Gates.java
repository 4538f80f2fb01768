package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.Decision;
import io.github.redispatterns.ratelimit.Limit;
import io.github.redispatterns.ratelimit.RateLimiter;
import java.util.EnumMap;
import java.util.Map;

/** The recipe with each of its algorithms, each with keys of its own. */
final class Gates implements AutoCloseable {

    private final KeySpace keys;
    private final Map<Algorithm, RateLimiter> limiters = new EnumMap<>(Algorithm.class);

    /** {@code limit}: its burst is for those algorithms that have one. */
    Gates(Redis redis, KeySpace keys, Limit limit) {
        this.keys = keys;
        for (Algorithm algorithm : Algorithm.values()) {
            limiters.put(
                    algorithm,
                    RateLimiter.create(
                            redis,
                            keys(algorithm),
                            algorithm,
                            isSteady(algorithm) ? limit : Limit.of(limit.permits(), limit.period())));
        }
    }

    /** Whether permits come back one by one. */
    static boolean isSteady(Algorithm algorithm) {
        return algorithm == Algorithm.TOKEN_BUCKET || algorithm == Algorithm.GCRA;
    }

    /** The field's name. */
    static String name(Algorithm algorithm) {
        return switch (algorithm) {
            case FIXED_WINDOW -> "fixed window";
            case SLIDING_WINDOW_LOG -> "sliding window log";
            case SLIDING_WINDOW_COUNTER -> "sliding window counter";
            case TOKEN_BUCKET -> "token bucket";
            case GCRA -> "GCRA";
        };
    }

    KeySpace keys(Algorithm algorithm) {
        return keys.child(algorithm.name());
    }

    RateLimiter limiter(Algorithm algorithm) {
        RateLimiter limiter = limiters.get(algorithm);
        if (limiter == null) {
            throw new IllegalStateException("There is no limiter for " + algorithm);
        }
        return limiter;
    }

    Gate gate(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm);
        return user -> limiter.tryAcquireAsync(user).thenApply(Decision::allowed);
    }

    @Override
    public void close() {
        limiters.values().forEach(RateLimiter::close);
    }
}
