package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.ImmortalKeys;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.SlotMigration;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** The slot of the stream moves to and fro while it is followed. Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
@ImmortalKeys("*-stream")
class StreamInvalidationMigrationIT {

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

    /** Without a gap, and without repeating anything. */
    @Test
    void nothingIsMissedAndNothingDropped() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.put("unnamed");
            for (int move = 0; move < 3; move++) {
                try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(fixture.stream))) {
                    namedAreGone();
                    migration.moveKeys(1);
                    namedAreGone();
                    migration.finish();
                    namedAreGone();
                }
            }
            assertThat(fixture.holds("unnamed")).isTrue();
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    private void namedAreGone() {
        String[] named = IntStream.range(0, 5).mapToObj(i -> "k" + i).toArray(String[]::new);
        fixture.put(named);
        for (String key : named) {
            fixture.add(key);
        }
        fixture.awaitGone(named);
    }
}
