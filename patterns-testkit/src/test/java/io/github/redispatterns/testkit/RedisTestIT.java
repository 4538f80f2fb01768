package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.SetArgs;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A class that uses the annotation as a user would. */
@RedisTest
@ImmortalKeys("*:declared-outside")
class RedisTestIT {

    @Parameter
    RedisDeployment redis;

    @Test
    void eachTopologyServesReadsAndWrites(TestKeys keys) {
        String key = keys.key("greeting");
        String read = redis.masterOf(key).call(commands -> {
            commands.set(key, "hello", SetArgs.Builder.px(60_000));
            return commands.get(key);
        });

        assertThat(read).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void aParameterizedTestInsideHasKeysOfItsOwnEachTime(long seed, TestKeys keys) {
        String key = keys.key("count");

        Long count = redis.masterOf(key).call(commands -> {
            long incremented = commands.incrby(key, seed);
            commands.expire(key, Duration.ofMinutes(1));
            return incremented;
        });

        assertThat(count).isEqualTo(seed);
    }

    /** Shares what the outer class declares. */
    @Nested
    class Inside {

        @Test
        void aNestedClassHasTheSameDeployment(TestKeys keys) {
            String key = keys.key("declared-outside");

            String reply = redis.masterOf(key).call(commands -> commands.set(key, "v"));

            assertThat(reply).isEqualTo("OK");
        }
    }
}
