package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.FrozenTime;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest
class LuaScriptIT {

    private static final LuaScript<Long> ADD =
            LuaScript.integer(LuaScriptIT.class, "patterns-core-test/counter_add.lua");
    private static final LuaScript<List<Object>> READ_PAIR =
            LuaScript.list(LuaScriptIT.class, "patterns-core-test/pair_read.lua");
    private static final LuaScript<byte[]> TIME =
            LuaScript.bytes(LuaScriptIT.class, "patterns-core-test/time_read.lua");

    @Parameter
    RedisDeployment deployment;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Redis redis;
    private KeySpace keys;

    @BeforeEach
    void open(TestKeys testKeys) {
        redis = Handles.open(deployment, RedisOptions.builder().meterRegistry(registry));
        keys = KeySpace.of(testKeys.prefix());
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void aFlushBetweenAnyTwoCallsIsSurvived() {
        for (int i = 1; i <= 20; i++) {
            deployment.flushScripts();
            assertThat(add("counter", 1).run()).isEqualTo(i);
        }
        assertThat(registry.counter("redis.patterns.core.script.loads").count()).isEqualTo(20);
    }

    @Test
    void aFlushInsideAPipelineOfAThousandIsSurvived() {
        List<CompletionStage<Long>> replies = new ArrayList<>();
        deployment.flushScripts();
        for (int i = 0; i < 1000; i++) {
            replies.add(add("counter", 1).runAsync());
            if (i % 250 == 249) {
                deployment.flushScripts();
            }
        }
        List<Long> values =
                replies.stream().map(reply -> Sync.<Long>await(reply)).sorted().toList();
        assertThat(values).hasSize(1000).doesNotHaveDuplicates().startsWith(1L).endsWith(1000L);
    }

    @Test
    void everyNodeLearnsTheScript() {
        deployment.flushScripts();
        for (int i = 0; i < 100; i++) {
            assertThat(add("counter-" + i, 2).run()).isEqualTo(2);
        }
        assertThat(registry.counter("redis.patterns.core.script.loads").count())
                .isEqualTo(deployment.masters().size());
    }

    @Test
    void aFailoverOrRestartIsSurvived() {
        assertThat(add("counter", 1).run()).isEqualTo(1);
        if (deployment.topology() == io.github.redispatterns.testkit.Topology.STANDALONE) {
            deployment.masters().get(0).kill9();
            deployment.masters().get(0).restart();
        } else {
            deployment.failover();
        }
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> add("counter", 1).run() >= 1);
        for (int i = 0; i < 50; i++) {
            assertThat(add("after-" + i, 1).run()).isEqualTo(1);
        }
    }

    @Test
    void repliesAreTyped() {
        Handles.set(redis, keys.key("pair", "first"), "1");
        List<Object> pair = READ_PAIR
                .on(redis)
                .key(keys.key("pair", "first"))
                .key(keys.key("pair", "second"))
                .run();
        assertThat(pair).hasSize(2);
        assertThat(text(pair.get(0))).isEqualTo("1");
        assertThat(pair.get(1)).isNull();
    }

    @Test
    void timeCanBeFrozen() {
        FrozenTime clock = FrozenTime.atMicros(1_000_000_000_000_001L);
        RedisOptions.Builder options =
                RedisOptions.builder().scriptHook(new ScriptHook(clock::rewrite, clock::argument));
        try (Redis frozen = Handles.open(deployment, options)) {
            String key = keys.key("any");
            assertThat(text(TIME.on(frozen).key(key).run())).isEqualTo("1000000000000001");
            clock.advance(Duration.ofMillis(1));
            assertThat(text(TIME.on(frozen).key(key).run())).isEqualTo("1000000000001001");
            long server = Long.parseLong(text(TIME.on(redis).key(key).run()));
            assertThat(server).isGreaterThan(1_000_000_000_001_001L);
        }
    }

    @Test
    void badInputIsRefused() {
        assertThatThrownBy(() -> LuaScript.integer(LuaScriptIT.class, "no/such.lua"))
                .hasMessageStartingWith("path: ");
        assertThatThrownBy(() -> ADD.on(null)).hasMessage("redis: must not be null");
        assertThatThrownBy(() -> ADD.on(redis).key("")).hasMessage("key: must not be empty");
        assertThatThrownBy(() -> ADD.on(redis).arg((String) null)).hasMessage("argument: must not be null");
        assertThatThrownBy(() -> ADD.on(redis).arg("a\ud800"))
                .hasMessage("argument: has an unpaired surrogate at index 1");
        assertThatThrownBy(() -> ADD.on(redis).arg((byte[]) null)).hasMessage("argument: must not be null");
    }

    @Test
    void aForeignTypeIsATypedErrorAndTheKeyIsUntouched() {
        Handles.set(redis, keys.key("counter"), "text");
        CompletableFuture<Long> reply = add("counter", 1).runAsync().toCompletableFuture();
        assertThatThrownBy(() -> Sync.await(reply)).hasMessageContaining("WRONGTYPE");
        assertThat(Handles.get(redis, keys.key("counter"))).isEqualTo("text");
    }

    private ScriptCall<Long> add(String id, long delta) {
        return ADD.on(redis)
                .key(keys.key(id))
                .arg(UUID.randomUUID().toString())
                .arg(delta)
                .arg(Handles.TTL.toMillis());
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }
}
