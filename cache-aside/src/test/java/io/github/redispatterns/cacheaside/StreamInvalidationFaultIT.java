package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.ImmortalKeys;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
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

    /** Unlike above, nothing ends this connection when the link is well again, but who waits on it. */
    @Test
    void aReplyThatNeverComesIsWaitedForOnlySoLong() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            fixture.put("k");
            Awaitility.await()
                    .until(() -> fixture.waitingConnections(" flags=b ").size() == 1);
            Set<String> before = fixture.waitingConnections("");
            fixture.proxies.all().forEach(proxy -> proxy.delayReplies(Duration.ofMinutes(10)));
            fixture.add("k");
            Awaitility.await()
                    .until(() -> fixture.waitingConnections(" flags=b ").isEmpty());
            fixture.proxies.delay(Duration.ZERO); // for others; that one reply stays where it is
            fixture.awaitGone("k");
            Awaitility.await()
                    .until(() ->
                            fixture.waiting() == 1 && Collections.disjoint(before, fixture.waitingConnections("")));
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    @Test
    void aLostConnectionIsReplaced() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            for (int i = 0; i < 3; i++) {
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
            double unanswered = fixture.unanswered();
            Awaitility.await().until(() -> fixture.unanswered() > unanswered); // it has tried
            assertThat(fixture.position()).isEqualTo(before);
            assertThat(fixture.holds("k")).isTrue();
            fixture.proxies.restore();
            fixture.awaitGone("k");
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 2"));
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    /** Unless the key is of another type, an error says nothing of it: its removal is yet to be done. */
    @Test
    void thePositionStaysWhileTheCacheMayNotRemove(TestKeys keys) {
        String rules = "~" + keys.prefix() + "* &" + keys.prefix() + "* +@all -unlink";
        try (AclUser barred = AclUser.create(deployment, rules);
                Redis own = Handles.open(deployment, barred);
                CacheAside<String> cache = CacheAside.create(
                        own, fixture.space, Codec.utf8(), CacheAsideOptions.ofTtl(Duration.ofMinutes(5)))) {
            Awaitility.await().ignoreExceptions().until(() -> {
                cache.invalidateAll(); // of nothing; once it has reached every master, it may begin
                return true;
            });
            StreamInvalidation following = StreamInvalidation.follow(
                    fixture.redis, fixture.stream, cache, fixture.options().build());
            try (following) {
                String before = fixture.position();
                assertThat(before).isNotNull();
                fixture.put("k");
                fixture.add("k");
                Awaitility.await().until(() -> !barred.denials().isEmpty());
                Awaitility.await().during(Duration.ofMillis(500)).until(() -> before.equals(fixture.position()));
                assertThat(fixture.holds("k")).isTrue();
            }
        }
        fixture.follow().close();
        assertThat(fixture.holds("k")).isFalse();
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
            fixture.add("c"); // or it would notice only when it looks again by itself
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 4"));
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
        assertThat(fixture.count("stream", "invalidated")).isEqualTo(4); // none of them twice
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

    /** It strikes somewhere among them, and is noticed by calls that wait in vain. */
    @Test
    void aFrozenServerIsWaitedFor() {
        Map<String, CompletionStage<String>> adding = new LinkedHashMap<>();
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            for (int i = 0; i < 100; i++) {
                String key = "k" + i;
                fixture.put(key);
                adding.put(key, fixture.outsider.executeAsync(c -> c.xadd(fixture.stream, Map.of("key", key))));
            }
            deployment.masters().forEach(RedisNode::pause);
            fixture.cache.lookup("unanswered", key -> "past");
            deployment.masters().forEach(RedisNode::resume);
            adding.forEach((key, added) -> {
                if (wasAdded(added)) {
                    fixture.awaitGone(key);
                }
            });
            Awaitility.await().until(() -> fixture.cache.put("last", "v") == WriteOutcome.STORED);
            fixture.add("last");
            fixture.awaitGone("last");
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    /** It may read, but remove nothing, and so does not go on. */
    @Test
    void aServerWhoseWritesArePausedIsWaitedFor() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            fixture.put("k");
            fixture.proxies.refuse();
            fixture.add("k");
            ServerFaults.pauseWrites(deployment);
            try {
                fixture.proxies.restore();
                double unanswered = fixture.unanswered();
                Awaitility.await().until(() -> fixture.unanswered() > unanswered);
                assertThat(fixture.holds("k")).isTrue();
            } finally {
                ServerFaults.unpauseWrites(deployment);
            }
            fixture.awaitGone("k");
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    @Test
    void forgottenScriptsAndForgottenKeys() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            deployment.flushScripts();
            fixture.put("k");
            fixture.add("k");
            fixture.awaitGone("k");
            assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
            deployment.masters().forEach(node -> node.call(c -> c.flushall())); // the stream, and the position
            fixture.put("unnamed");
            fixture.add("k");
            fixture.awaitGone("unnamed");
            fixture.put("stays");
            fixture.awaitCaughtUp();
            assertThat(fixture.holds("stays")).isTrue();
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION, StreamGap.NO_POSITION);
    }

    /** Whoever adds may have given up before it was. */
    private static boolean wasAdded(CompletionStage<String> adding) {
        try {
            return Sync.await(adding) != null;
        } catch (PatternsException unknown) {
            return false;
        }
    }
}
