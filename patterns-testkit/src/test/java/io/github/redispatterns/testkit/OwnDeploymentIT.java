package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployments that are not shared. */
class OwnDeploymentIT {

    @Test
    void directivesReachTheServersAndAnAppendOnlyFileSurvivesAKill() {
        try (RedisDeployment redis = RedisDeployment.builder(Topology.STANDALONE)
                .provider(Provider.EMBEDDED)
                .config("appendonly", "yes")
                .config("appendfsync", "always")
                .start()) {
            RedisNode node = redis.nodes().get(0);
            node.call(commands -> commands.set("k", "kept"));

            node.kill9();
            node.restart();

            String read = node.call(commands -> commands.get("k"));
            assertThat(read).isEqualTo("kept");
        }
    }

    @Test
    void withoutPersistenceAKillLosesEverything() {
        try (RedisDeployment redis = RedisDeployment.start(Topology.STANDALONE)) {
            RedisNode node = redis.nodes().get(0);
            node.call(commands -> commands.set("k", "lost"));

            node.restart();

            String read = node.call(commands -> commands.get("k"));
            assertThat(read).isNull();
        }
    }

    @Test
    void aWrongDirectiveIsShownWithTheServersOwnWords() {
        RedisDeployment.Builder builder = RedisDeployment.builder(Topology.STANDALONE)
                .provider(Provider.EMBEDDED)
                .config("no-such-directive", "yes");

        assertThatThrownBy(builder::start)
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining("no-such-directive");
    }

    @Test
    void closeEndsTheServersAndRemovesTheirFiles() {
        RedisDeployment redis = RedisDeployment.builder(Topology.STANDALONE)
                .provider(Provider.EMBEDDED)
                .start();
        RedisNode node = redis.nodes().get(0);
        String directory = node.call(commands -> commands.configGet("dir").get("dir"));
        assertThat(Path.of(directory)).isDirectory();

        redis.close();

        assertThat(node.isRunning()).isFalse();
        assertThatThrownBy(node::restart).hasMessageContaining("closed");
        assertThat(Files.exists(Path.of(directory).getParent())).isFalse();
    }

    @Test
    void anInstalledBinaryRunsTheSame(@TempDir Path directory) {
        Path executable = ServerBinary.Embedded.forSystem(System.getProperty("os.name"), System.getProperty("os.arch"))
                .install(directory);
        Settings settings = Settings.from(
                Map.of("redis.provider", "binary", "redis.binary", executable.toString())::get, name -> null);

        try (RedisDeployment redis = Starter.start(Topology.STANDALONE, settings, List.of())) {
            assertThat(redis.provider()).isEqualTo("binary " + executable);
            assertThat(redis.version()).isEqualTo("Redis 7.0.15");
        }
    }

    @Test
    void aStandaloneServerHasNothingToFailOverToOrToMigrate() {
        RedisDeployment redis = RedisDeployment.shared(Topology.STANDALONE);

        assertThatThrownBy(redis::failover).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> redis.migrateSlot(0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> redis.nodes().get(0).call(commands -> commands.clusterInfo()))
                .isInstanceOf(RedisException.class);
    }
}
