package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.cluster.SlotHash;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link RedisDeployment#at(String)} makes of unusual servers, and of what is none. */
class AtUriIT {

    @Test
    void aClusterNodeThatDoesNotKnowItsOwnAddressIsWhereItWasAsked() {
        try (RedisDeployment lone = RedisDeployment.builder(Topology.STANDALONE)
                .provider(Provider.EMBEDDED)
                .config("cluster-enabled", "yes")
                .config("cluster-port", FreePorts.find(1).get(0).toString())
                .start()) {
            RedisNode node = lone.nodes().get(0);
            String view = node.call(commands -> commands.clusterNodes());
            assertThat(view).contains(" :" + node.port() + "@");
            int[] slots = IntStream.range(0, SlotHash.SLOT_COUNT).toArray();
            node.call(commands -> commands.clusterAddSlots(slots));

            try (RedisDeployment given = RedisDeployment.at(node.uri())) {
                assertThat(given.topology()).isEqualTo(Topology.CLUSTER);
                assertThat(given.uris()).isEqualTo(List.of(node.uri()));
                assertThat(given.masterOf("k")).hasToString(node.toString());
                assertThatThrownBy(() -> given.migrateSlot(0)).isInstanceOf(UnsupportedOperationException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:6379",
                "http://user:secret@host",
                "redis://user:sec/ret@host",
                "redis://:secret@host/zero",
                "redis-socket:///secret",
                "redis-sentinel://:secret@host:26379"
            })
    void whatIsNoRedisUriIsRefusedWithoutBeingShown(String uri) {
        assertThatThrownBy(() -> RedisDeployment.at(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageStartingWith("uri: must be such as redis://host:6379")
                .hasMessageNotContaining("secret");
    }

    @Test
    void silenceIsSaidInOneSentenceWithoutThePassword() {
        assertThatThrownBy(() -> RedisDeployment.at("redis://:secret@127.0.0.1:1/2"))
                .isInstanceOf(TestkitException.class)
                .hasMessageStartingWith("The Redis at redis://127.0.0.1:1 (given URI) does not answer: ")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> RedisDeployment.at(null)).hasMessage("uri: must not be null");
    }

    @Test
    void aMasterThatTheSentinelDoesNotWatchIsNamed() {
        String uri = RedisDeployment.shared(Topology.SENTINEL).uri().replace("#main", "#other");

        assertThatThrownBy(() -> RedisDeployment.at(uri))
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining("knows no master \"other\"");
    }
}
