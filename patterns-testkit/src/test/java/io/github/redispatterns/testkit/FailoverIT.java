package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class FailoverIT {

    @Parameter
    RedisDeployment redis;

    @Test
    void aReplicaBecomesTheMaster(TestKeys keys) {
        List<RedisNode> before = redis.masters();

        redis.failover();

        List<RedisNode> after = redis.masters();
        assertThat(after).hasSameSizeAs(before).isNotEqualTo(before);
        String key = keys.key("k");
        assertThat(redis.masterOf(key).<String>call(commands -> commands.set(key, "v", SetArgs.Builder.px(60_000))))
                .isEqualTo("OK");
    }

    @Test
    void aKilledMasterIsReplacedByTheServersThemselves() {
        RedisNode master = redis.masters().get(0);

        master.kill9();

        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> !redis.masters().contains(master));
        redis.heal();
        assertThat(redis.masters()).doesNotContain(master);
        assertThat(SentinelView.replication(master)).containsEntry("master_link_status", "up");
    }
}
