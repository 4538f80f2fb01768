package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What is done by commands alone, and so works on a given Redis too. */
@RedisTest
class CommandFaultsIT {

    private static final SetArgs MINUTE = SetArgs.Builder.px(60_000);

    @Parameter
    RedisDeployment redis;

    @Test
    void flushedScriptsAreUnknown() {
        RedisNode master = redis.masters().get(0);
        String digest = master.call(commands -> commands.scriptLoad("return 7"));
        Long known = master.call(commands -> commands.evalsha(digest, ScriptOutputType.INTEGER));
        assertThat(known).isEqualTo(7);

        redis.flushScripts();

        assertThatThrownBy(() -> master.<Long>call(commands -> commands.evalsha(digest, ScriptOutputType.INTEGER)))
                .isInstanceOf(RedisNoScriptException.class);
    }

    @Test
    void droppedClientsLoseTheirConnections() {
        RedisClient client = RedisClient.create(redis.masters().get(0).uri());
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        try (StatefulRedisConnection<String, String> commands = client.connect();
                StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub()) {
            subscriber.sync().subscribe("news");

            redis.dropClients();

            Awaitility.await().until(() -> !commands.isOpen() && !subscriber.isOpen());
        } finally {
            client.shutdown();
        }
    }

    @Test
    void replicasStayLinkedWhenClientsAreDropped() {
        RedisNode last = redis.nodes().get(redis.nodes().size() - 1);
        String before = SentinelView.replication(last).get("master_link_status");

        redis.dropClients();

        assertThat(SentinelView.replication(last).get("master_link_status")).isEqualTo(before);
    }

    @Test
    void fullMemoryRefusesWritesOnlyAndUntilItIsClosed(TestKeys keys) {
        String key = keys.key("k");
        RedisNode master = redis.masterOf(key);
        master.call(commands -> commands.set(key, "before", MINUTE));

        try (MemoryLimit full = redis.fillMemory()) {
            assertThat(full).isNotNull();
            assertThatThrownBy(() -> master.call(commands -> commands.set(key, "during", MINUTE)))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageStartingWith("OOM");
            assertThat(master.<String>call(commands -> commands.get(key))).isEqualTo("before");
            assertThat(master.<Long>call(commands -> commands.del(key))).isEqualTo(1);
        }

        assertThat(master.<String>call(commands -> commands.set(key, "after", MINUTE)))
                .isEqualTo("OK");
    }

    @Test
    void healEndsAForgottenMemoryLimit(TestKeys keys) {
        String key = keys.key("k");
        MemoryLimit forgotten = redis.fillMemory();

        redis.heal();

        assertThat(redis.masterOf(key).<String>call(commands -> commands.set(key, "v", MINUTE)))
                .isEqualTo("OK");
        forgotten.close();
    }
}
