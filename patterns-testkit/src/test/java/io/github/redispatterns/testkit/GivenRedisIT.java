package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** A deployment that was started elsewhere; here, by the testkit itself. */
@RedisTest
class GivenRedisIT {

    @Parameter
    RedisDeployment redis;

    @Test
    void itsTopologyIsFoundOut(TestKeys keys) {
        try (RedisDeployment given = RedisDeployment.at(redis.uri())) {
            assertThat(given.topology()).isEqualTo(redis.topology());
            assertThat(given.provider()).isEqualTo("given URI");
            assertThat(given.version()).isEqualTo(redis.version());
            assertThat(given.nodes().stream().map(RedisNode::toString))
                    .containsExactlyInAnyOrderElementsOf(
                            redis.nodes().stream().map(RedisNode::toString).toList());
            assertThat(given.masterOf(keys.key("k")))
                    .hasToString(redis.masterOf(keys.key("k")).toString());
        }
    }

    @Test
    void itIsOpenedForTheSettingsToo() {
        try (RedisDeployment given = GivenRedis.open(redis.topology(), settings(redis.uri()))) {
            assertThat(GivenRedis.topology(settings(redis.uri()))).isEqualTo(redis.topology());
            assertThat(given.topology()).isEqualTo(redis.topology());
            assertThat(given.provider()).isEqualTo("REDIS_URI");
        }
    }

    @Test
    void itsProcessesAreNotTouchedButCommandsWork() {
        try (RedisDeployment given = GivenRedis.open(redis.topology(), settings(redis.uri()))) {
            RedisNode node = given.nodes().get(0);

            assertThatThrownBy(node::kill9)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("REDIS_URI");
            assertThatThrownBy(node::pause).isInstanceOf(UnsupportedOperationException.class);
            given.flushScripts();
            given.dropClients();
            given.fillMemory();
            given.heal();
            assertThat(node.isRunning()).isTrue();
        }
    }

    @Test
    void anotherTopologyIsRefused() {
        Topology other = redis.topology() == Topology.CLUSTER ? Topology.STANDALONE : Topology.CLUSTER;

        assertThatThrownBy(() -> GivenRedis.open(other, settings(redis.uri())))
                .isInstanceOf(TestkitException.class)
                .hasMessage(
                        "REDIS_URI leads to a " + redis.topology() + " deployment, and " + other + " was asked for");
    }

    @Test
    void whatIsNoRedisIsSaidInOneSentence() {
        assertThatThrownBy(() -> GivenRedis.open(Topology.STANDALONE, settings("redis://127.0.0.1:1")))
                .isInstanceOf(TestkitException.class)
                .hasMessageStartingWith("The Redis at redis://127.0.0.1:1 (REDIS_URI) does not answer: ");
        assertThatThrownBy(() -> GivenRedis.open(Topology.STANDALONE, settings("http://user:secret@host")))
                .hasMessageStartingWith("REDIS_URI is no Redis URI")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> GivenRedis.open(Topology.STANDALONE, settings(null)))
                .hasMessageContaining("REDIS_URI is not set");
    }

    private static Settings settings(String uri) {
        return new Settings(Optional.of(Provider.URI), uri, Settings.DEFAULT_IMAGE, null);
    }
}
