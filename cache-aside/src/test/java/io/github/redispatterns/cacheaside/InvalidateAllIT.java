package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** A cache is emptied, and nothing else is. */
@RedisTest
class InvalidateAllIT {

    private static final int MANY = 5_000;
    private static final int AT_ONCE = 250;
    /** On a Cluster one master after the other is asked; only the last step may wait in vain. */
    private static final Duration IN_TIME = Duration.ofMillis(500 + 100).plus(CacheFaultBench.NOISE);

    private static final List<String> STRANGE =
            List.of("a:b", "{", "}", "*", "?", "[a]", "\\", "%", "\n", "{x}:part", "ключ", " ");

    @Parameter
    RedisDeployment deployment;

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
    void everyKeyIsRemovedWhateverItsName() {
        fixture.put(STRANGE.toArray(String[]::new));
        for (int first = 0; first < MANY; first += AT_ONCE) { // all of them might take longer than the timeout
            IntStream.range(first, first + AT_ONCE)
                    .mapToObj(i -> cache.putAsync("k" + i, "v"))
                    .toList()
                    .forEach(put -> assertThat(Sync.await(put)).isEqualTo(WriteOutcome.STORED));
        }
        cache.invalidateAll();
        assertThat(STRANGE).noneMatch(fixture::holds);
        assertThat(IntStream.range(0, MANY).mapToObj(i -> "k" + i)).noneMatch(fixture::holds);
        cache.invalidateAll(); // of nothing
    }

    @Test
    void theKeysOfOthersStay() {
        KeySpace child = fixture.space.child("child");
        CacheAside<String> inner =
                CacheAside.create(fixture.redis, child, Codec.utf8(), CacheAsideOptions.ofTtl(Duration.ofMinutes(5)));
        inner.put("k", "v");
        fixture.put("k");
        SetArgs minutes = SetArgs.Builder.ex(300);
        List<String> others = List.of(
                fixture.space.key("k", "part"), fixture.space.channel("name"), child.key("k"), child.key("k", "part"));
        others.subList(0, 2).forEach(name -> fixture.outsider.execute(c -> c.set(name, "theirs", minutes)));
        fixture.outsider.execute(c -> c.set(others.get(3), "theirs", minutes));
        cache.invalidateAll();
        assertThat(fixture.holds("k")).isFalse();
        for (String name : others) {
            assertThat(fixture.outsider.<Long>execute(c -> c.exists(name)))
                    .as(name)
                    .isEqualTo(1);
        }
    }

    @Test
    void aLoadUnderWayIsDiscardedAndNotShared() {
        CompletableFuture<String> old = new CompletableFuture<>();
        CompletionStage<Lookup<String>> loading = cache.lookupAsync("k", key -> old);
        CompletionStage<String> begun = cache.getAsync("other", key -> new CompletableFuture<>());
        Awaitility.await().until(() -> fixture.holds("k") && fixture.holds("other"));
        cache.invalidateAll();
        CompletionStage<String> next = cache.getAsync("other", key -> CompletableFuture.completedFuture("new"));
        // far less than the lease's 10 s, for which a reader waits that shares the load
        assertThat(next.toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(5))
                .isEqualTo("new");
        old.complete("old");
        assertThat(Sync.await(loading).source()).isEqualTo(Source.DISCARDED);
        assertThat(fixture.holds("k")).isFalse();
        assertThat(begun.toCompletableFuture()).isNotDone();
    }

    @Test
    void whatStandsThereMeanwhileOfAnotherTypeGoesToo() {
        String name = fixture.space.key("k");
        fixture.outsider.execute(c -> c.lpush(name, "not ours"));
        cache.invalidateAll();
        assertThat(fixture.holds("k")).isFalse();
    }

    @Test
    void ifRedisCannotBeReachedItFails() {
        fixture.put("k");
        fixture.proxies.refuse();
        assertThatThrownBy(cache::invalidateAll).isInstanceOf(PatternsException.class);
        fixture.proxies.restore();
        Awaitility.await().ignoreExceptions().until(() -> {
            cache.invalidateAll();
            return !fixture.holds("k");
        });
    }

    /** Some steps have been taken when it is cut: then it does not go on over a new connection as if nothing had been. */
    @Test
    void aScanThatWasCutFails() {
        fixture.proxies.cutBy(Cut.CLOSE);
        for (String step : List.of("SCAN", "UNLINK")) {
            fixture.put("k");
            fixture.proxies.cutReplyOf(step);
            assertThatThrownBy(cache::invalidateAll).as(step).isInstanceOf(PatternsException.class);
            Awaitility.await().ignoreExceptions().until(() -> {
                cache.invalidateAll();
                return true;
            });
            assertThat(fixture.holds("k")).isFalse();
        }
    }

    /** A server that does not answer, and one that answers everything but writes. */
    @Test
    void itFailsInTime() throws Exception {
        fixture.put("k");
        deployment.masterOf(fixture.space.key("k")).pause();
        assertThat(CacheFaultBench.timed(
                        () -> assertThatThrownBy(cache::invalidateAll).isInstanceOf(PatternsException.class)))
                .isLessThan(IN_TIME);
        deployment.nodes().forEach(RedisNode::resume);
        Awaitility.await().until(() -> cache.lookup("k", key -> "v").source() == Source.REDIS);
        ServerFaults.pauseWrites(deployment);
        try {
            assertThat(CacheFaultBench.timed(
                            () -> assertThatThrownBy(cache::invalidateAll).isInstanceOf(PatternsException.class)))
                    .isLessThan(IN_TIME);
        } finally {
            ServerFaults.unpauseWrites(deployment);
        }
        Awaitility.await().ignoreExceptions().until(() -> {
            cache.invalidateAll();
            return !fixture.holds("k");
        });
    }

    /** It gives memory back. */
    @Test
    void aFullServerIsEmptiedAllTheSame() {
        fixture.put("k");
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            cache.invalidateAll();
        }
        assertThat(fixture.holds("k")).isFalse();
    }
}
