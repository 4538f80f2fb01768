package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.JsonCodec;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.ImmortalKeys;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.XAddArgs;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What a follower does with what is in its stream, and with what is in it no longer. */
@RedisTest
@ImmortalKeys("*-stream")
class StreamInvalidationIT {

    @Parameter
    RedisDeployment deployment;

    private EventsFixture fixture;
    private String stream;

    @BeforeEach
    void open(TestKeys keys) {
        fixture = new EventsFixture(deployment, keys);
        stream = fixture.stream;
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void whatIsNamedIsInvalidatedAndThePositionLivesForItsTime() {
        StreamInvalidation following = fixture.follow();
        try {
            fixture.put("k", "ключ {1}", "other");
            fixture.add("k");
            String last = fixture.add("ключ {1}");
            fixture.awaitGone("k", "ключ {1}");
            assertThat(fixture.holds("other")).isTrue();
            Awaitility.await().until(() -> (last + " 2").equals(fixture.position()));
            String name = fixture.positionKey();
            assertThat(fixture.outsider.<Long>execute(c -> c.ttl(name)))
                    .isBetween(
                            Duration.ofDays(6).toSeconds(), Duration.ofDays(7).toSeconds());
            assertThat(fixture.count("stream", "invalidated")).isEqualTo(2);
        } finally {
            following.close();
        }
        following.close();
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    @Test
    void theFirstStartDropsEverything() {
        fixture.put("k");
        fixture.add("someone");
        fixture.follow().close();
        assertThat(fixture.holds("k")).isFalse();
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
        assertThat(fixture.count("stream", "gap")).isEqualTo(1);
        assertThat(fixture.count("stream", "invalidated")).isZero();
    }

    @Test
    void whatWasAddedWhileNobodyFollowedIsCaughtUpBeforeFollowReturns() {
        fixture.follow().close();
        String[] named = IntStream.range(0, 1_201).mapToObj(i -> "k" + i).toArray(String[]::new);
        fixture.put("other");
        fixture.put(named);
        for (String key : named) {
            fixture.add(key);
        }
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            assertThat(named).noneMatch(fixture::holds);
            assertThat(fixture.holds("other")).isTrue();
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
        assertThat(fixture.count("stream", "invalidated")).isEqualTo(named.length);
    }

    @Test
    void whatWasTrimmedUnreadDropsEverything() {
        fixture.follow().close();
        fixture.put("unnamed", "k");
        IntStream.range(0, 10).forEach(i -> fixture.add("k"));
        fixture.outsider.execute(c -> c.xtrim(stream, 5));
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION, StreamGap.ENTRIES_GONE);
            assertThat(fixture.holds("unnamed")).isFalse();
            assertThat(fixture.count("stream", "gap")).isEqualTo(2);
            goesOnWithoutAnotherGap(2);
        }
    }

    @Test
    void whatWasTrimmedAfterItWasReadIsNoGap() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            IntStream.range(0, 10).forEach(i -> fixture.add("k"));
            fixture.awaitCaughtUp();
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 11"));
            fixture.outsider.execute(c -> c.xtrim(stream, 0));
            goesOnWithoutAnotherGap(1);
        }
        fixture.put("other");
        fixture.outsider.execute(c -> c.xtrim(stream, 0));
        fixture.follow().close();
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
        assertThat(fixture.holds("other")).isTrue();
    }

    @Test
    void anEntryDeletedUnreadDropsEverything() {
        fixture.follow().close();
        fixture.put("unnamed");
        String id = fixture.add("k");
        fixture.add("another");
        fixture.outsider.execute(c -> c.xdel(stream, id));
        fixture.follow().close();
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION, StreamGap.ENTRIES_GONE);
        assertThat(fixture.holds("unnamed")).isFalse();
    }

    @Test
    void aStreamMadeAnewDropsEverything() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.add("k");
            fixture.awaitCaughtUp();
            fixture.put("unnamed");
            fixture.outsider.execute(c -> c.del(stream));
            String first = fixture.add("k");
            fixture.awaitGone("unnamed");
            Awaitility.await().until(() -> (first + " 1").equals(fixture.position())); // all is dropped, on each master
            assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION, StreamGap.ENTRIES_GONE);
            goesOnWithoutAnotherGap(2);
        }
    }

    /** As after a restore, or a failover that lost the latest entries: ids are smaller again, so nobody is woken. */
    @Test
    void aStreamInAnEarlierStateDropsEverything() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.add("k");
            fixture.awaitCaughtUp();
            fixture.put("unnamed");
            fixture.outsider.execute(c -> c.del(stream));
            fixture.outsider.execute(c -> c.xadd(stream, new XAddArgs().id("5-1"), Map.of("key", "k")));
            fixture.awaitGone("unnamed");
            Awaitility.await().until(() -> "5-1 1".equals(fixture.position()));
            goesOnWithoutAnotherGap(2);
        }
    }

    @Test
    void entriesWithoutAKeyAreCountedAndSkipped() {
        String list = fixture.space.key("list");
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.put("k", "one", "two");
            fixture.outsider.execute(c -> c.lpush(list, "not ours"));
            fixture.outsider.execute(c -> c.expire(list, 300));
            fixture.outsider.execute(c -> c.xadd(stream, "other", "k"));
            fixture.outsider.execute(c -> c.xadd(stream, "key", ""));
            fixture.outsider.execute(
                    Redis.KEYS_AND_BYTES, c -> c.xadd(stream, Map.of("key", new byte[] {'k', (byte) 0xff})));
            fixture.add("list");
            fixture.outsider.execute(c -> c.xadd(stream, "key", "one", "x", "k", "key", "two"));
            fixture.awaitGone("one", "two");
            Awaitility.await().until(() -> fixture.count("stream", "skipped") == 4);
            assertThat(fixture.holds("k")).isTrue();
            assertThat(fixture.holds("list")).isTrue();
        }
    }

    @Test
    void aNameAndAFieldOfItsOwn() {
        try (StreamInvalidation following = StreamInvalidation.follow(
                fixture.redis,
                stream,
                fixture.cache,
                fixture.options().name("mine").field("id").batchSize(1).build())) {
            assertThat(following).isNotNull();
            fixture.put("a", "b", "k");
            fixture.outsider.execute(c -> c.xadd(stream, "id", "a", "key", "k"));
            fixture.outsider.execute(c -> c.xadd(stream, "id", "b"));
            fixture.awaitGone("a", "b");
            assertThat(fixture.holds("k")).isTrue();
        }
        String name = fixture.space.key(stream, "position-mine");
        assertThat(fixture.outsider.<Long>execute(c -> c.exists(name))).isEqualTo(1);
        assertThat(fixture.position()).isNull();
    }

    @Test
    void twoOfTheSameNameDoNoHarm() {
        try (StreamInvalidation one = fixture.follow();
                StreamInvalidation other = fixture.follow()) {
            assertThat(one).isNotSameAs(other);
            IntStream.range(0, 300).forEach(i -> fixture.add("k" + i));
            fixture.awaitCaughtUp();
        }
        fixture.put("other");
        fixture.follow().close();
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
        assertThat(fixture.holds("other")).isTrue();
    }

    /** As after a failover or a restore of the cache's Redis, which has forgotten what was removed, and when. */
    @Test
    void aPositionThatWentBackIsTakenUp() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 1"));
            String before = fixture.position();
            fixture.add("k");
            Awaitility.await().until(() -> String.valueOf(fixture.position()).endsWith(" 2"));
            fixture.put("k", "other");
            setPosition(before);
            fixture.add("rings"); // or it would notice only when it looks again by itself
            fixture.awaitGone("k");
            assertThat(fixture.holds("other")).isTrue();
            fixture.awaitCaughtUp();
            setPosition("not a position");
            fixture.add("rings");
            fixture.awaitGone("other");
            assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION, StreamGap.NO_POSITION);
        }
    }

    @Test
    void theEndIsTheEndOfItsConnection() {
        StreamInvalidation following = fixture.follow();
        fixture.awaitCaughtUp();
        Awaitility.await().until(() -> fixture.waiting() == 1);
        following.close();
        Awaitility.await().until(() -> fixture.waiting() == 0);
        fixture.put("k");
        fixture.add("k");
        Awaitility.await().during(Duration.ofMillis(300)).until(() -> fixture.holds("k") && fixture.waiting() == 0);
    }

    @Test
    void aClosedHandleEndsItToo() {
        try (Redis another = Handles.open(deployment, fixture.user)) {
            StreamInvalidation.follow(
                    another, stream, fixture.cache, fixture.options().build());
            fixture.awaitCaughtUp();
            Awaitility.await().until(() -> fixture.waiting() == 1);
        }
        Awaitility.await().until(() -> fixture.waiting() == 0);
    }

    @Test
    void aBeginningThatFailsLeavesNothing() {
        fixture.outsider.execute(c -> c.lpush(stream, "no stream"));
        assertThatThrownBy(fixture::follow)
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("WRONGTYPE");
        assertThat(fixture.waiting()).isZero();
    }

    @Test
    void aWrongArgumentIsNamed() {
        StreamInvalidationOptions options = StreamInvalidationOptions.defaults();
        for (String bad : new String[] {null, "", "\ud83d"}) {
            assertThatThrownBy(() -> StreamInvalidation.follow(fixture.redis, bad, fixture.cache, options))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("stream: ");
        }
        assertThatThrownBy(() -> StreamInvalidation.follow(null, stream, fixture.cache, options))
                .hasMessageStartingWith("redis: ");
        assertThatThrownBy(() -> StreamInvalidation.follow(fixture.redis, stream, null, options))
                .hasMessageStartingWith("cache: ");
        assertThatThrownBy(() -> StreamInvalidation.follow(fixture.redis, stream, fixture.cache, null))
                .hasMessageStartingWith("options: ");
    }

    @Test
    void theExamplesInTheReadmeRun() {
        CacheAsideExamples.events(fixture.outsider, products(), () -> fixture.put("followed"));
        CacheAsideExamples.channel(fixture.outsider, products(), () -> fixture.put("heard"));
        CacheAsideExamples.onRecord("k", key -> key, key -> fixture.put("acknowledged"), products());
        assertThat(fixture.holds("followed")).isTrue();
        assertThat(fixture.holds("heard")).isTrue();
        assertThat(fixture.holds("acknowledged")).isTrue();
    }

    private CacheAside<CacheAsideExamples.Product> products() {
        return CacheAside.create(
                fixture.redis,
                fixture.space,
                JsonCodec.of(CacheAsideExamples.Product.class),
                CacheAsideOptions.ofTtl(Duration.ofMinutes(5)));
    }

    private void setPosition(String position) {
        String name = fixture.positionKey();
        fixture.outsider.execute(c -> c.set(name, position, SetArgs.Builder.ex(300)));
    }

    private void goesOnWithoutAnotherGap(int gaps) {
        fixture.put("stays");
        fixture.awaitCaughtUp();
        fixture.awaitCaughtUp();
        assertThat(fixture.gaps).hasSize(gaps);
        assertThat(fixture.holds("stays")).isTrue();
    }
}
