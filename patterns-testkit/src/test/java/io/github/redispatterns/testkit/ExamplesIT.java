package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The snippets of README.md; they run, too. */
class ExamplesIT {

    @Test
    void withoutJUnit() {
        // region own-deployment
        try (RedisDeployment redis = RedisDeployment.builder(Topology.SENTINEL)
                .config("appendonly", "yes")
                .start()) {
            RedisClient client = RedisClient.create(redis.uri());
            RedisCommands<String, String> commands = client.connect().sync();
            commands.set("greeting", "hello");
            commands.waitForReplication(2, 1_000); // a failover may lose what is not yet replicated

            redis.failover();

            String greeting = redis.masters().get(0).call(direct -> direct.get("greeting"));
            assertThat(greeting).isEqualTo("hello");
            client.shutdown();
        }
        // endregion
    }

    @Test
    void lostReply() {
        RedisDeployment redis = RedisDeployment.shared(Topology.STANDALONE);
        String key = "lost-reply";
        // region lost-reply
        try (FaultProxies proxies = FaultProxies.of(redis)) {
            RedisClient client = RedisClient.create(proxies.clientResources(), redis.uri());
            client.setOptions(ClientOptions.builder()
                    .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                    .build());
            RedisCommands<String, String> commands = client.connect().sync();
            proxies.cutReplyOf("INCR");

            assertThatThrownBy(() -> commands.incr(key)).isInstanceOf(RedisException.class);

            String stored = redis.masterOf(key).call(direct -> direct.getdel(key));
            assertThat(stored).isEqualTo("1"); // it was executed; only the reply is missing
            client.shutdown();
        }
        // endregion
    }

    @Test
    void frozenTime() {
        RedisNode master = RedisDeployment.shared(Topology.STANDALONE).masters().get(0);
        String script = "#!lua\nreturn redis.call('TIME')[1] + 0";
        // region frozen-time
        FrozenTime time = FrozenTime.atMicros(1_000_000_000_000_000L);
        String frozen = time.rewrite(script);
        time.advance(Duration.ofHours(1));

        Long seconds = master.call(
                commands -> commands.eval(frozen, ScriptOutputType.INTEGER, new String[0], time.argument()));

        assertThat(seconds).isEqualTo(1_000_003_600);
        // endregion
    }
}
