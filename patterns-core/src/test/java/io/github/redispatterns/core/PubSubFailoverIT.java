package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** A subscription outlives the server it was made on, and its listener is told of the gap. */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class PubSubFailoverIT {

    @Parameter
    RedisDeployment deployment;

    private final RecordingListener listener = new RecordingListener();
    private Redis redis;
    private String channel;
    private RedisNode subscribedOn;

    @BeforeEach
    void subscribe(TestKeys keys) {
        redis = Handles.open(deployment);
        channel = keys.key("channel");
        redis.pubSub().subscribe(channel, listener);
        subscribedOn = deployment.nodes().stream()
                .filter(node -> node.call(c -> c.pubsubNumsub(channel)).get(channel) > 0)
                .findFirst()
                .orElseThrow();
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void aDeadServerIsLeft() {
        subscribedOn.kill9();
        isToldAndHearsAgain();
    }

    /** Its connections stay open and its kernel acknowledges all: only that it does not answer shows it. */
    @Test
    void aFrozenServerIsLeft() {
        subscribedOn.pause();
        try {
            isToldAndHearsAgain();
        } finally {
            subscribedOn.resume();
        }
    }

    private void isToldAndHearsAgain() {
        eventually().untilAsserted(() -> assertThat(listener.gaps.get()).isPositive());
        eventually().untilAsserted(() -> {
            redis.execute(c -> c.publish(channel, "after"));
            assertThat(listener.messages).contains("after");
        });
    }

    private static ConditionFactory eventually() {
        return Awaitility.await().atMost(25, TimeUnit.SECONDS).ignoreExceptions();
    }
}
