package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What hits a whole process. */
@RedisTest
class ProcessFaultsIT {

    private static final SetArgs MINUTE = SetArgs.Builder.px(60_000);

    @Parameter
    RedisDeployment redis;

    @Test
    void aKilledNodeRefusesConnectionsUntilItIsRestarted() {
        RedisNode node = redis.nodes().get(redis.nodes().size() - 1);

        node.kill9();

        assertThat(node.isRunning()).isFalse();
        assertThatThrownBy(() -> node.call(commands -> commands.ping())).isInstanceOf(RedisException.class);

        node.restart();

        assertThat(node.isRunning()).isTrue();
        assertThat(node.<String>call(commands -> commands.ping())).isEqualTo("PONG");
    }

    @Test
    void aRestartedNodeIsANewProcessOnTheSamePort() {
        RedisNode node = redis.nodes().get(0);
        String before = runId(node);

        node.restart();

        assertThat(runId(node)).isNotEqualTo(before);
    }

    @Test
    void aPausedNodeExecutesLaterWhatTimedOut(TestKeys keys) {
        String key = keys.key("late");
        RedisNode node = redis.masterOf(key);
        RedisClient client = RedisClient.create(node.uri());
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            node.pause();
            assertThat(node.isRunning()).isFalse();
            RedisFuture<String> reply = connection.async().set(key, "executed", MINUTE);
            Awaitility.await()
                    .during(Duration.ofMillis(200))
                    .until(() -> !reply.toCompletableFuture().isDone());

            node.resume();

            assertThat(reply.toCompletableFuture().join()).isEqualTo("OK");
        } finally {
            client.shutdown();
        }
    }

    @Test
    void healBringsBackEveryNodeAndEveryLink() {
        redis.nodes().forEach(RedisNode::kill9);
        redis.sentinels().forEach(RedisNode::pause);

        redis.heal();

        assertThat(redis.nodes()).allMatch(RedisNode::isRunning);
        assertThat(redis.sentinels()).allMatch(RedisNode::isRunning);
        redis.masters()
                .forEach(master -> assertThat(SentinelView.isMaster(master)).isTrue());
    }

    private static String runId(RedisNode node) {
        return SentinelView.info(node.call(commands -> commands.info("server"))).get("run_id");
    }
}
