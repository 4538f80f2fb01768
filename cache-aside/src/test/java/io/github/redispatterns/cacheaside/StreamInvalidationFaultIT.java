package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.ImmortalKeys;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Outages delay what a follower does, and lose nothing of it. */
@RedisTest
@ImmortalKeys("*-stream")
class StreamInvalidationFaultIT {

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
    void whatWasAddedWhileItWasCutOffIsCaughtUp() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            fixture.put("a", "b", "other");
            fixture.proxies.refuse();
            fixture.add("a");
            fixture.add("b");
            assertThat(fixture.holds("a")).isTrue();
            fixture.proxies.restore();
            fixture.awaitGone("a", "b");
            assertThat(fixture.holds("other")).isTrue();
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    /** Nothing is closed, and nothing answers: only its own patience tells. */
    @Test
    void aLinkThatIsHalfOpenIsLeft() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            Awaitility.await().until(() -> fixture.waiting() == 1);
            fixture.put("k");
            fixture.proxies.halfOpen();
            fixture.add("k");
            assertThat(fixture.holds("k")).isTrue();
            fixture.proxies.restore();
            fixture.awaitGone("k");
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    @Test
    void aLostConnectionIsReplaced() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            for (int i = 0; i < 5; i++) {
                Awaitility.await().ignoreExceptions().until(() -> {
                    fixture.put("k");
                    return true;
                });
                deployment.dropClients();
                fixture.add("k");
                fixture.awaitGone("k");
            }
            Awaitility.await().until(() -> fixture.waiting() <= 1);
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    /** Each reply is cut in its turn: what nobody knows to be done is done again. */
    @Test
    void aLostReplyLosesNothing() {
        fixture.proxies.cutBy(Cut.CLOSE);
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            for (String step : List.of("GET", "EVALSHA", "SET", "XREAD")) {
                Awaitility.await().ignoreExceptions().until(() -> {
                    fixture.put("k");
                    return true;
                });
                fixture.proxies.cutReplyOf(step);
                fixture.add("k");
                fixture.awaitGone("k");
            }
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    @Test
    void thePositionStaysWhileTheCacheCannotBeReached() {
        try (Redis near = Handles.open(deployment, fixture.user);
                StreamInvalidation following = StreamInvalidation.follow(
                        near, fixture.stream, fixture.cache, fixture.options().build())) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 1"));
            String before = fixture.position();
            fixture.put("k");
            fixture.proxies.refuse();
            fixture.add("k");
            Awaitility.await().during(Duration.ofSeconds(1)).until(() -> before.equals(fixture.position()));
            fixture.proxies.restore();
            fixture.awaitGone("k");
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 2"));
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    /** Keys can be removed then, but no position saved: it is known all the same, and saved later. */
    @Test
    void aFullServerDoesNotHoldItUp() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 1"));
            fixture.put("a", "b");
            fixture.proxies.refuse();
            fixture.add("a");
            fixture.add("b");
            try (MemoryLimit full = deployment.fillMemory()) {
                assertThat(full).isNotNull();
                fixture.proxies.restore();
                fixture.awaitGone("a", "b");
            }
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 3"));
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
        assertThat(fixture.count("stream", "invalidated")).isEqualTo(3);
    }

    @Test
    void itCannotBeginWhileRedisCannotBeReached() {
        fixture.proxies.refuse();
        assertThatThrownBy(fixture::follow).isInstanceOf(PatternsException.class);
        fixture.proxies.restore();
        Awaitility.await().ignoreExceptions().until(() -> {
            fixture.follow().close();
            return true;
        });
    }

    @Test
    void aKilledServerIsFollowedAgainOnceThereIsOne() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            RedisNode master = deployment.masterOf(fixture.stream);
            master.kill9();
            deployment.heal();
            fixture.user.recreate(); // a restarted server has forgotten it
            Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                fixture.put("k");
                fixture.add("k");
                fixture.awaitGone("k");
                return true;
            });
        }
    }
}
