package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.SetArgs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

// region first-test
@RedisTest // STANDALONE, SENTINEL and CLUSTER, one after the other
class CounterIT {

    @Parameter
    RedisDeployment redis;

    @Test
    void countsOnAFreshMaster(TestKeys keys) {
        String key = keys.key("visits");
        RedisNode master = redis.masterOf(key);

        master.call(commands -> commands.set(key, "41", SetArgs.Builder.ex(60)));

        Long visits = master.call(commands -> commands.incr(key));
        assertThat(visits).isEqualTo(42);
    }
}
// endregion
