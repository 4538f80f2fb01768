package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.RedisReadOnlyException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What needs a replica: it refuses writes, and takes over. */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class FailoverIT {

    @Parameter
    RedisDeployment deployment;

    private Redis redis;
    private String key;

    @BeforeEach
    void open(TestKeys keys) {
        redis = Handles.open(deployment);
        key = keys.key("counter");
        Handles.set(redis, key, "0");
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void aPromotionIsFollowed() {
        deployment.failover();
        recovers();
    }

    /** A frozen master keeps its connections open: only what the other servers say shows that it was replaced. */
    @Test
    void aFrozenMasterIsLeft() {
        RedisNode frozen = deployment.masterOf(key);
        frozen.pause();
        try {
            recovers();
            assertThat(deployment.masterOf(key).port()).isNotEqualTo(frozen.port());
        } finally {
            frozen.resume();
        }
    }

    /** A write whose call has ended must not follow a redirection later, and undo what was written since. */
    @Test
    void anOldWriteDoesNotUndoANewOne() {
        Handles.set(redis, key, "before");
        RedisNode frozen = deployment.masterOf(key);
        frozen.pause();
        try {
            assertThatThrownBy(() -> Handles.set(redis, key, "old")).isInstanceOf(UnknownOutcomeException.class);
            Awaitility.await().atMost(30, TimeUnit.SECONDS).ignoreExceptions().untilAsserted(() -> {
                Handles.set(redis, key, "new");
                assertThat(Handles.get(redis, key)).isEqualTo("new");
            });
        } finally {
            frozen.resume();
        }
        deployment.heal(); // the frozen one has come back as a replica, and has answered what was sent to it
        assertThat(Handles.get(redis, key)).isEqualTo("new");
    }

    @Test
    void aDeadMasterIsLeft() {
        deployment.masterOf(key).kill9();
        recovers();
    }

    @Test
    void aReplicaRefusesWrites() {
        List<Integer> masters =
                deployment.masters().stream().map(RedisNode::port).toList();
        RedisNode replica = deployment.nodes().stream()
                .filter(node -> !masters.contains(node.port()))
                .findFirst()
                .orElseThrow();
        RedisOptions options =
                RedisOptions.builder().commandTimeout(Duration.ofMillis(300)).build();
        try (Redis onReplica = Redis.connect(replica.uri(), options)) {
            assertThatThrownBy(() -> onReplica.execute(c -> c.flushall()))
                    .isInstanceOf(NotExecutedException.class)
                    .hasCauseInstanceOf(RedisReadOnlyException.class);
        }
    }

    private void recovers() {
        Awaitility.await().atMost(30, TimeUnit.SECONDS).ignoreExceptions().until(() -> {
            long counter = redis.execute(c -> c.incr(key));
            return counter > 0;
        });
        redis.execute(c -> c.pexpire(key, Handles.TTL));
    }
}
