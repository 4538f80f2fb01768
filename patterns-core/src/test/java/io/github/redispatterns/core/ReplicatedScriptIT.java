package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.SlotMigration;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** A script whose write replicas are to acknowledge. */
@RedisTest
class ReplicatedScriptIT {

    private static final LuaScript<Long> ADD =
            LuaScript.integer(ReplicatedScriptIT.class, "patterns-core-test/counter_add.lua");
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration CALL = Duration.ofSeconds(4);
    private static final Duration LONG = Duration.ofSeconds(10);

    @Parameter
    RedisDeployment deployment;

    private Redis redis;
    private KeySpace keys;
    private DedicatedConnection<byte[], byte[]> connection;

    @BeforeEach
    void open(TestKeys testKeys) {
        redis = Handles.open(deployment, RedisOptions.builder().commandTimeout(CALL));
        keys = KeySpace.of(testKeys.prefix());
        connection = redis.openDedicated(ByteArrayCodec.INSTANCE);
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void everyMasterIsAskedForItsOwnReplicas() {
        int there = replicas();
        for (int i = 0; i < 20; i++) {
            Replicated<Long> added = add("counter " + i, there + 1, Duration.ofMillis(50));
            assertThat(added.reply()).isEqualTo(1);
            Replicated<Long> again = add("counter " + i, Math.max(1, there), there == 0 ? SOON : LONG);
            assertThat(again).isEqualTo(new Replicated<>(2L, there));
        }
    }

    @Test
    void aFrozenReplicaDoesNotAcknowledge() {
        List<RedisNode> replicas = replicasOf(keys.key("counter"));
        replicas.forEach(RedisNode::pause);
        long began = System.nanoTime();
        assertThat(add("counter", 1, SOON)).isEqualTo(new Replicated<>(1L, 0));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(SOON, SOON.plusSeconds(1));
        replicas.forEach(RedisNode::resume);
        int there = replicas.size();
        assertThat(add("counter", Math.max(1, there), there == 0 ? SOON : LONG)).isEqualTo(new Replicated<>(2L, there));
    }

    /** And ordinary calls go on meanwhile. */
    @Test
    void ifTheConnectionIsLostNoAcknowledgementIsKnown() throws Exception {
        CompletableFuture<Replicated<Long>> adding =
                call("counter").runReplicatedAsync(connection, 9, LONG).toCompletableFuture();
        Awaitility.await().until(() -> "1".equals(redis.execute(c -> c.hget(keys.key("counter"), "n"))));
        assertThat(adding).isNotDone();
        deployment.dropClients();
        assertThat(adding.get(2, TimeUnit.SECONDS)).isEqualTo(new Replicated<>(1L, 0));
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> add("counter", 1, SOON).reply() > 1);
    }

    @Test
    void aMovedSlotIsFollowed() {
        if (deployment.topology() != Topology.CLUSTER) {
            return;
        }
        String key = keys.key("counter");
        assertThat(add("counter", 1, LONG)).isEqualTo(new Replicated<>(1L, 1));
        CompletableFuture<Replicated<Long>> during;
        try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(key))) {
            migration.moveKeys(1);
            during = call("counter").runReplicatedAsync(connection, 1, LONG).toCompletableFuture();
            migration.finish();
        }
        assertThat(Sync.await(during)).isEqualTo(new Replicated<>(2L, 1));
        assertThat(add("counter", 1, LONG)).isEqualTo(new Replicated<>(3L, 1));
    }

    @Test
    void badInputIsRefused() {
        ScriptCall<Long> call = call("counter");
        assertThatThrownBy(() -> call.runReplicated(null, 1, LONG)).hasMessage("connection: must not be null");
        assertThatThrownBy(() -> call.runReplicated(connection, 0, LONG)).hasMessageStartingWith("replicas: must be");
        assertThatThrownBy(() -> call.runReplicated(connection, 1, Duration.ZERO))
                .hasMessageStartingWith("within: must be");
        assertThatThrownBy(() -> ADD.on(redis).runReplicated(connection, 1, LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("key: ");
    }

    private Replicated<Long> add(String counter, int replicas, Duration within) {
        return call(counter).runReplicated(connection, replicas, within);
    }

    private ScriptCall<Long> call(String counter) {
        return ADD.on(redis)
                .key(keys.key(counter))
                .arg(UUID.randomUUID().toString())
                .arg(1)
                .arg(Handles.TTL.toMillis());
    }

    private int replicas() {
        return switch (deployment.topology()) {
            case STANDALONE -> 0;
            case SENTINEL -> 2;
            case CLUSTER -> 1;
        };
    }

    private List<RedisNode> replicasOf(String key) {
        int master = deployment.masterOf(key).port();
        return deployment.nodes().stream()
                .filter(node -> node.call(c -> c.role()).toString().contains(", " + master + ", "))
                .filter(node -> node.port() != master)
                .toList();
    }
}
