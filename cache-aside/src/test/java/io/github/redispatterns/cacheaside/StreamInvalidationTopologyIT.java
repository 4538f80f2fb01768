package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.ImmortalKeys;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Another master takes the stream and the channel over. STANDALONE has nobody who could. */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
@ImmortalKeys("*-stream")
class StreamInvalidationTopologyIT {

    @Parameter
    RedisDeployment deployment;

    private EventsFixture fixture;

    @BeforeEach
    void open(TestKeys keys) {
        fixture = new EventsFixture(deployment, keys);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aPromotionIsFollowed() {
        try (StreamInvalidation following = fixture.follow();
                ChannelInvalidation listening =
                        ChannelInvalidation.listen(fixture.redis, fixture.stream, fixture.cache)) {
            assertThat(following).isNotNull();
            assertThat(listening).isNotNull();
            fixture.awaitCaughtUp();
            ServerFaults.promoteAnother(deployment, fixture.stream);
            eventually("k", () -> fixture.add("k"));
            eventually("heard", () -> fixture.outsider.execute(c -> c.publish(fixture.stream, "heard")));
        }
    }

    private void eventually(String key, Runnable event) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            fixture.put(key);
            event.run();
            Awaitility.await().atMost(Duration.ofSeconds(3)).until(() -> !fixture.holds(key));
            return true;
        });
    }
}
