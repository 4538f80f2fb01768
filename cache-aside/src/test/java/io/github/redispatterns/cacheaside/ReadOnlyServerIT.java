package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.testkit.ImmortalKeys;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * A Redis that answers reads and refuses writes, as one does that was demoted. Unlike in an outage it can be read all
 * the while, so nothing but what is known here keeps old values from readers.
 */
@RedisTest(topologies = Topology.STANDALONE)
@ImmortalKeys("*-stream")
class ReadOnlyServerIT {

    @Parameter
    RedisDeployment deployment;

    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private EventsFixture fixture;
    private CacheAside<String> cache;

    @BeforeEach
    void open(TestKeys keys) {
        fixture = new EventsFixture(deployment, keys);
        cache = fixture.cache;
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aKeyIsReadPastTheCacheUntilItIsRemoved() {
        cache.put("k", "old");
        cache.put("other", "here");
        whileWritesAreRefused(() -> {
            assertThat(cache.invalidate("k")).isEqualTo(WriteOutcome.PENDING);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10)) // the breaker closes when a read tries, and not a removal
                    .until(() -> {
                        boolean readable = source("other") == Source.REDIS;
                        assertThat(cache.lookup("k", key -> "new"))
                                .isEqualTo(new Lookup<>("new", Source.BYPASSED, Duration.ZERO));
                        assertThat(cache.getAll(List.of("k"), names -> Map.of("k", "new")))
                                .isEqualTo(Map.of("k", "new"));
                        return readable && source("other") == Source.REDIS;
                    });
            assertThat(pending()).isEqualTo(1);
        });
        Awaitility.await().until(() -> pending() == 0);
        assertThat(fixture.holds("k")).isFalse();
    }

    @Test
    void whatTurnsOutToBeNoEntryIsReportedAtOnce() {
        String list = fixture.space.key("list");
        fixture.outsider.execute(c -> c.lpush(list, "not ours"));
        fixture.outsider.execute(c -> c.expire(list, 300));
        whileWritesAreRefused(() -> assertThat(cache.invalidate("list")).isEqualTo(WriteOutcome.PENDING));
        Awaitility.await().until(() -> pending() == 0);
        assertThat(fixture.registry
                        .counter("redis.patterns.cacheaside.removals", "cache", "default", "state", "lost")
                        .count())
                .isEqualTo(1);
        assertThat(fixture.holds("list")).isTrue();
    }

    /** Another server may answer next, to which the cursor means nothing. */
    @Test
    void aScanIsNotTakenUpAgain() {
        cache.put("k", "old");
        whileWritesAreRefused(() -> assertThatThrownBy(cache::invalidateAll)
                .isInstanceOf(NotExecutedException.class)
                .hasMessageContaining("while its keys were being scanned"));
    }

    /** Also if the cache has given the removal up meanwhile. */
    @Test
    void anEventIsDoneOnlyWhenItsKeyIsGone() {
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(5))
                .name("brief")
                .breakerWindow(Duration.ofMillis(100))
                .invalidationRetry(Duration.ofMillis(100))
                .onInvalidationLost(lost::add)
                .build();
        try (CacheAside<String> brief = CacheAside.create(fixture.redis, fixture.space, Codec.utf8(), options);
                StreamInvalidation following = StreamInvalidation.follow(
                        fixture.redis, fixture.stream, brief, fixture.options().build())) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            fixture.put("k");
            fixture.proxies.refuse();
            fixture.add("k");
            whileWritesAreRefused(() -> {
                fixture.proxies.restore();
                Awaitility.await().until(() -> lost.contains("k"));
                assertThat(fixture.holds("k")).isTrue();
            });
            fixture.awaitGone("k");
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION);
    }

    /** However often it is tried until everything has been dropped. */
    @Test
    void aGapIsToldOnce() {
        try (StreamInvalidation following = fixture.follow()) {
            assertThat(following).isNotNull();
            fixture.awaitCaughtUp();
            fixture.put("unnamed");
            fixture.proxies.refuse();
            fixture.add("k");
            fixture.add("k");
            fixture.outsider.execute(c -> c.xtrim(fixture.stream, 1));
            whileWritesAreRefused(() -> {
                fixture.proxies.restore();
                Awaitility.await().until(() -> fixture.gaps.contains(StreamGap.ENTRIES_GONE));
                double before = unreachable();
                Awaitility.await().until(() -> unreachable() >= before + 3);
                assertThat(fixture.holds("unnamed")).isTrue();
            });
            fixture.awaitGone("unnamed");
        }
        assertThat(fixture.gaps).containsExactly(StreamGap.NO_POSITION, StreamGap.ENTRIES_GONE);
    }

    private void whileWritesAreRefused(Runnable work) {
        fixture.outsider.execute(c -> c.replicaof("127.0.0.1", 1)); // nobody is there
        try {
            work.run();
        } finally {
            fixture.outsider.execute(c -> c.replicaofNoOne());
        }
    }

    private Source source(String key) {
        return cache.lookup(key, name -> "loaded").source();
    }

    private double unreachable() {
        return fixture.registry
                .counter("redis.patterns.cacheaside.unreachable", "cache", "default")
                .count();
    }

    private double pending() {
        return fixture.registry
                .get("redis.patterns.cacheaside.removals.pending")
                .gauge()
                .value();
    }
}
