package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bytes of several limits, and of slots, as the README says. */
@RedisTest(topologies = Topology.STANDALONE)
class OtherMemoryIT extends RateFixture {

    private static final String ID = "user-1234";

    @Test
    void severalLimits() {
        KeySpace shortKeys = KeySpace.of("rl");
        try (Redis admin = Handles.admin(deployment);
                CompositeRateLimiter limiter = CompositeRateLimiter.builder(admin, shortKeys)
                        .limit(NamedLimit.of("second", Algorithm.GCRA, TEN))
                        .limit(NamedLimit.of("day", Algorithm.FIXED_WINDOW, TEN))
                        .build()) {
            assertThat(limiter.tryAcquire(Map.of(NamedLimit.ID, ID)).allowed()).isTrue();
            assertThat(memory("two limits", shortKeys.child("id").key(ID))).isLessThanOrEqualTo(157);
        }
    }

    @Test
    void slots() {
        KeySpace shortKeys = KeySpace.of("rl");
        try (Redis admin = Handles.admin(deployment)) {
            ConcurrencyLimiter limiter = ConcurrencyLimiter.create(admin, shortKeys, 10, Duration.ofMinutes(1));
            assertThat(limiter.tryAcquire(ID).allowed()).isTrue();
            assertThat(memory("one slot in use", shortKeys.key(ID))).isLessThanOrEqualTo(124);
            for (int i = 1; i < 10; i++) {
                assertThat(limiter.tryAcquire(ID).allowed()).isTrue();
            }
            assertThat(memory("ten slots in use", shortKeys.key(ID))).isLessThanOrEqualTo(420);
        }
    }

    private long memory(String of, String key) {
        long bytes = admin(key, c -> c.memoryUsage(key));
        System.out.println("[memory] " + of + ": " + bytes + " bytes");
        return bytes;
    }
}
