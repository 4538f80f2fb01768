package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The permits that a limiter called {@code default} holds ahead. */
record Held(MeterRegistry registry) {

    /** Calls until it grants from what it holds, and nothing more is being fetched; how many were granted. */
    int useUntilHeld(RateLimiter limiter, String id) {
        int[] used = {0};
        double before = leased();
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
            assertThat(limiter.tryAcquire(id).allowed()).isTrue();
            used[0]++;
            return leased() > before + 5;
        });
        long[] scripts = {-1};
        Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> {
            long last = scripts[0];
            scripts[0] = scripts();
            return last == scripts[0];
        });
        return used[0];
    }

    /** Calls until nothing is granted any more, also of what was being fetched. */
    static int useAll(RateLimiter limiter, String id) {
        int[] granted = {0};
        Awaitility.await().pollInterval(Duration.ofMillis(50)).until(() -> {
            int before = granted[0];
            while (limiter.tryAcquire(id).allowed()) {
                granted[0]++;
            }
            return granted[0] == before;
        });
        return granted[0];
    }

    double leased() {
        return registry.counter("redis.patterns.ratelimit.leased", "limiter", "default")
                .count();
    }

    private long scripts() {
        return registry.timer("redis.patterns.ratelimit.scripts", "limiter", "default")
                .count();
    }
}
