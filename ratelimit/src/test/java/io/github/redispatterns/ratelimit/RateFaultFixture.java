package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisNode;
import java.time.Duration;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A process that does not wait long for Redis, beside the patient one of {@link RateFixture}. */
abstract class RateFaultFixture extends RateFixture {

    static final Duration TIMEOUT = Duration.ofMillis(300);
    static final Duration INTERVAL = Duration.ofMillis(200);
    /** What a busy machine may add to a single call, besides the 100 ms that core allows itself. */
    static final Duration NOISE = Duration.ofMillis(500);

    static final Duration IN_TIME = TIMEOUT.plusMillis(100).plus(NOISE);
    /** Until servers have agreed on a new master, and the client has heard of it. */
    static final Duration RECOVERY = Duration.ofSeconds(30);

    Redis quick;

    @BeforeEach
    void openQuick() {
        quick = handle(RedisOptions.builder().meterRegistry(registry).commandTimeout(TIMEOUT));
    }

    @AfterEach
    void heal() {
        deployment.heal(); // before anybody asks the servers what they have denied
        user.recreate();
    }

    /** Of the hasty process; it has been used, so that its scripts are known. */
    final RateLimiter hasty(Algorithm algorithm, Limit limit, Fallback fallback) {
        return hasty(algorithm, limit, fallback, INTERVAL);
    }

    final RateLimiter hasty(Algorithm algorithm, Limit limit, Fallback fallback, Duration probeInterval) {
        RateLimiterOptions options = RateLimiterOptions.builder()
                .name(name(fallback))
                .whenDown(fallback)
                .probeInterval(probeInterval)
                .build();
        RateLimiter limiter = closing(RateLimiter.create(quick, keys(algorithm), algorithm, limit, options));
        for (int i = 0; i < 32; i++) { // so that it is connected to each master of a Cluster
            assertThat(limiter.tryAcquire("warm-up " + i).degraded()).isFalse();
        }
        return limiter;
    }

    static String name(Fallback fallback) {
        return fallback.kind().name().toLowerCase(Locale.ROOT);
    }

    final double counted(String meter, Fallback fallback) {
        return registry.counter("redis.patterns.ratelimit." + meter, "limiter", name(fallback))
                .count();
    }

    /** Looks until Redis answers. */
    static void awaitBack(RateLimiter limiter, String id, Duration within) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(within)
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(() -> !limiter.peek(id).degraded());
    }

    final void whileFrozen(String key, Step work) throws Exception {
        RedisNode master = deployment.masterOf(key);
        master.pause();
        try {
            work.run();
        } finally {
            master.resume();
        }
    }

    static Duration timed(Step work) throws Exception {
        long began = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
