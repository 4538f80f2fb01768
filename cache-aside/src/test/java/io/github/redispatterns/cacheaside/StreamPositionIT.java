package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The position outlives a time without events; else the next of them would find none, and everything be dropped. */
@RedisTest(topologies = Topology.STANDALONE)
class StreamPositionIT {

    /** The shortest that is allowed; a quarter of it is the pause between two renewals. */
    private static final Duration TTL = Duration.ofMinutes(1);

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
    void itIsRenewedWhileNothingIsAdded() {
        StreamInvalidationOptions options = fixture.options().positionTtl(TTL).build();
        try (StreamInvalidation following =
                StreamInvalidation.follow(fixture.redis, fixture.stream, fixture.cache, options)) {
            assertThat(following).isNotNull();
            assertThat(left()).isBetween(TTL.minusSeconds(5), TTL);
            Awaitility.await().until(() -> left().compareTo(TTL.minusSeconds(6)) < 0);
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> left().compareTo(TTL.minusSeconds(5)) > 0);
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    private Duration left() {
        String name = fixture.positionKey();
        return Duration.ofMillis(fixture.outsider.<Long>execute(c -> c.pttl(name)));
    }
}
