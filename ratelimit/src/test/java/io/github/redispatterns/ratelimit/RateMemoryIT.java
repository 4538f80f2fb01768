package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes for each id, as the README and {@link Algorithm} say. A Cluster's keys take 16 bytes more. */
@RedisTest(topologies = Topology.STANDALONE)
class RateMemoryIT extends RateFixture {

    private static final String ID = "user-1234";
    private static final int MANY = 1_000;

    @ParameterizedTest
    @EnumSource
    void aKeyTakesAsLittleAsIsSaid(Algorithm algorithm) {
        KeySpace shortKeys = KeySpace.of("rl");
        try (Redis admin = Handles.admin(deployment);
                RateLimiter limiter =
                        RateLimiter.create(admin, shortKeys, algorithm, Limit.of(MANY, Duration.ofHours(1)))) {
            limiter.reset(ID);
            assertThat(limiter.tryAcquire(ID).allowed()).isTrue();
            long first = memory(shortKeys.key(ID));
            for (int i = 1; i < MANY; i++) {
                assertThat(limiter.tryAcquire(ID).allowed()).isTrue();
            }
            long last = memory(shortKeys.key(ID));
            System.out.println(
                    "[memory] " + algorithm + ": " + first + " bytes after 1 grant, " + last + " after " + MANY);
            limiter.reset(ID);
            assertThat(first).isLessThanOrEqualTo(most(algorithm, 1));
            assertThat(last).isLessThanOrEqualTo(most(algorithm, MANY));
        }
    }

    private static long most(Algorithm algorithm, int grants) {
        return switch (algorithm) {
            case GCRA -> 64;
            case TOKEN_BUCKET -> 103;
            case FIXED_WINDOW -> 89;
            case SLIDING_WINDOW_COUNTER -> 93;
            case SLIDING_WINDOW_LOG -> grants == 1 ? 112 : 7_300;
        };
    }

    private long memory(String key) {
        return admin(key, c -> c.memoryUsage(key));
    }
}
