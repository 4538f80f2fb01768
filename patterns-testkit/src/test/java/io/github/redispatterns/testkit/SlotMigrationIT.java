package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest(topologies = Topology.CLUSTER)
class SlotMigrationIT {

    @Parameter
    RedisDeployment redis;

    private RedisClusterClient client;
    private RedisAdvancedClusterCommands<String, String> commands;
    private List<String> keys;

    @BeforeEach
    void writeTenKeysOfOneSlot(TestKeys test) {
        client = RedisClusterClient.create(redis.uri());
        commands = client.connect().sync();
        keys = IntStream.range(0, 10).mapToObj(i -> test.key("{tag}" + i)).toList();
        keys.forEach(key -> commands.set(key, key, SetArgs.Builder.px(60_000)));
    }

    @AfterEach
    void close() {
        client.shutdown();
    }

    @Test
    void anOpenMigrationAnswersTryAgainForKeysOnBothSides() {
        try (SlotMigration migration = redis.migrateSlot(slot())) {
            assertThat(migration.moveKeys(1)).isEqualTo(1);
            String moved = keys.stream()
                    .filter(key -> isOn(migration.target(), key))
                    .findFirst()
                    .orElseThrow();
            String left =
                    keys.stream().filter(key -> !key.equals(moved)).findFirst().orElseThrow();

            assertThatThrownBy(() -> migration.source().call(on -> on.mget(moved, left)))
                    .hasMessageStartingWith("TRYAGAIN");
            assertThatThrownBy(() -> migration.source().call(on -> on.get(moved)))
                    .hasMessageStartingWith("ASK");
        }
    }

    @Test
    void aFinishedMigrationHasMovedEverything() {
        SlotMigration migration = redis.migrateSlot(slot());
        migration.moveKeys(3);

        migration.finish();

        assertThat(redis.masterOf(keys.get(0))).isEqualTo(migration.target()).isNotEqualTo(migration.source());
        assertThat(keys).allMatch(key -> commands.get(key).equals(key));
        assertThat(keys).allMatch(key -> isOn(migration.target(), key));
    }

    @Test
    void anAbortedMigrationHasMovedNothing() {
        SlotMigration migration = redis.migrateSlot(slot());
        migration.moveKeys(3);

        migration.abort();

        assertThat(redis.masterOf(keys.get(0))).isEqualTo(migration.source());
        assertThat(keys).allMatch(key -> isOn(migration.source(), key));
        redis.heal();
    }

    @Test
    void healFinishesAForgottenMigration() {
        SlotMigration forgotten = redis.migrateSlot(slot());

        redis.heal();

        assertThat(redis.masterOf(keys.get(0))).isEqualTo(forgotten.target());
    }

    @Test
    void healSettlesAMigrationWhoseSourceWasReplacedAndLosesNoKey() {
        SlotMigration migration = redis.migrateSlot(slot());
        migration.moveKeys(4);
        killUntilReplaced(migration.source(), migration.target());

        redis.heal();

        assertOnNeitherSide(migration);
    }

    @Test
    void healMakesAReplicaOfAReplacedSourceThatFirstHeardOfItFromTheTarget() {
        SlotMigration migration = redis.migrateSlot(slot());
        migration.moveKeys(4);
        RedisNode source = migration.source();
        killUntilReplaced(source, migration.target());
        List<RedisNode> others = redis.nodes().stream()
                .filter(node -> !node.equals(source) && !node.equals(migration.target()))
                .toList();
        others.forEach(RedisNode::pause);
        source.restart();
        // The target tells of the new owner of all slots but the one that it imports.
        String ownsOnlyThis = "connected " + slot() + " [";
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> source.call(on -> on.clusterNodes()).contains(ownsOnlyThis));

        redis.heal();

        assertOnNeitherSide(migration);
        assertThat(SentinelView.isMaster(source)).isFalse();
    }

    /** The target itself learns of no new owner while it imports. */
    private void killUntilReplaced(RedisNode source, RedisNode target) {
        String sourceId = source.call(on -> on.clusterMyId());
        source.kill9();
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> redis.nodes().stream()
                        .filter(node -> node.isRunning() && !node.equals(target))
                        .noneMatch(
                                node -> ClusterView.seenBy(node).ownerOf(slot()).equals(sourceId)));
    }

    private void assertOnNeitherSide(SlotMigration migration) {
        RedisNode owner = redis.masterOf(keys.get(0));
        assertThat(owner).isNotIn(migration.source(), migration.target());
        assertThat(keys).allMatch(key -> isOn(owner, key));
    }

    private int slot() {
        return SlotHash.getSlot(keys.get(0));
    }

    /** CLUSTER GETKEYSINSLOT looks at the node itself, and follows no redirection. */
    private boolean isOn(RedisNode node, String key) {
        return node.call(on -> on.clusterGetKeysInSlot(slot(), 100)).contains(key);
    }
}
