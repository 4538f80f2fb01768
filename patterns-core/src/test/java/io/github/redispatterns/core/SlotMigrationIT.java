package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.SlotMigration;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
class SlotMigrationIT {

    private static final LuaScript<List<Object>> READ_PAIR =
            LuaScript.list(SlotMigrationIT.class, "patterns-core-test/pair_read.lua");

    @Parameter
    RedisDeployment deployment;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Redis redis;
    private KeySpace keys;

    @BeforeEach
    void open(TestKeys testKeys) {
        redis = Handles.open(
                deployment, RedisOptions.builder().meterRegistry(registry).commandTimeout(Duration.ofSeconds(5)));
        keys = KeySpace.of(testKeys.prefix());
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void aMovingSlotIsWaitedOut() {
        String first = keys.key("pair", "first");
        String second = keys.key("pair", "second");
        Handles.set(redis, first, "1");
        Handles.set(redis, second, "2");
        CompletionStage<List<Object>> during;
        try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(first))) {
            migration.moveKeys(1); // now one key is here and one there: TRYAGAIN
            during = READ_PAIR.on(redis).key(first).key(second).runAsync();
            Awaitility.await()
                    .until(() -> registry.counter("redis.patterns.core.retries").count() > 0);
            migration.moveKeys(1);
            migration.finish();
        }
        assertThat(Sync.await(during)).extracting(SlotMigrationIT::text).containsExactly("1", "2");
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }
}
