package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.io.IOException;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What loaders, writers and codecs of others may do, and callers get to see of it. */
@RedisTest
class CacheLoaderIT extends CacheBench {

    /** Thrown as it is, it would arrive as the checked exception in it, which no caller has been told of. */
    @Test
    void whatJoinThrowsIsWrapped() {
        IOException disk = new IOException("disk");
        Loader<String> loader =
                key -> CompletableFuture.<String>failedFuture(disk).join();
        assertThatThrownBy(() -> cache.get("k", loader))
                .isInstanceOf(LoadFailedException.class)
                .hasCauseInstanceOf(CompletionException.class)
                .hasRootCause(disk);
        assertThatThrownBy(() -> cache.getAll(List.of("k"), names -> {
                    throw new CompletionException(disk);
                }))
                .isInstanceOf(LoadFailedException.class)
                .hasRootCause(disk);
        assertThatThrownBy(() -> cache.update(
                        "k", "v", () -> CompletableFuture.failedFuture(disk).join()))
                .isInstanceOf(WriteFailedException.class)
                .hasRootCause(disk);
    }

    @Test
    void aMapThatThrowsFailsTheCall() throws Exception {
        UnsupportedOperationException closed = new UnsupportedOperationException("the session is closed");
        Map<String, String> lazy = new AbstractMap<>() {
            @Override
            public Set<Entry<String, String>> entrySet() {
                throw closed;
            }
        };
        Future<Throwable> failure = threads.submit(() -> {
            try {
                return new IllegalStateException(
                        cache.getAll(List.of("a", "b"), names -> lazy).toString());
            } catch (UnsupportedOperationException e) {
                return e;
            }
        });
        assertThat(failure.get(5, TimeUnit.SECONDS)).isSameAs(closed);
        Awaitility.await().until(() -> !there("a") && !there("b"));
    }

    /** Three refreshes, one thread: that the others have waited for it is not theirs. */
    @Test
    void theTimeInLineIsNoLoadTime() {
        CacheAside<String> soft = cache(CacheAsideOptions.builder(TTL)
                .softTtl(Duration.ofMillis(1))
                .refreshThreads(1)
                .build());
        CountDownLatch never = new CountDownLatch(1);
        Loader<String> slow = key -> {
            boolean opened = never.await(400, TimeUnit.MILLISECONDS);
            return "new " + opened;
        };
        List<String> names = List.of("k1", "k2", "k3");
        names.forEach(name -> soft.put(name, "old"));
        Awaitility.await()
                .until(() -> soft.inspect("k3").age().compareTo(Duration.ofMillis(300)) > 0); // clocks differ a little
        names.forEach(name -> assertThat(soft.get(name, slow)).isEqualTo("old"));
        Awaitility.await().until(() -> loads("stored") == 3);
        for (String name : names) {
            assertThat(soft.inspect(name).loadTime())
                    .as(name)
                    .isBetween(Duration.ofMillis(395), Duration.ofMillis(790));
        }
    }

    @Test
    void causesThatGoRoundInACircleReachThoseWhoWait() throws Exception {
        RuntimeException one = new RuntimeException("one");
        one.initCause(new RuntimeException("other", one));
        CountDownLatch gate = new CountDownLatch(1);
        Loader<String> failing = key -> {
            gate.await();
            throw one;
        };
        Future<String> first = threads.submit(() -> cache.get("k", failing));
        Awaitility.await().until(() -> there("k"));
        Future<String> joined = threads.submit(() -> cache.get("k", this::load));
        Awaitility.await().until(() -> waits("local") == 1);
        gate.countDown();
        assertThatThrownBy(() -> joined.get(3, TimeUnit.SECONDS)).hasCause(one);
        assertThatThrownBy(() -> first.get(3, TimeUnit.SECONDS)).hasCause(one);
    }

    /** Its depth is the content's, so it is content that cannot be read. */
    @Test
    void aCodecThatOverflowsTheStackHasFoundUnreadableBytes() {
        Codec<String> deep = new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return Codec.utf8().encode(value);
            }

            @Override
            public String decode(byte[] bytes) {
                throw new StackOverflowError();
            }
        };
        cache.put("k", "v");
        try (CacheAside<String> other = CacheAside.create(redis, keys, deep, CacheAsideOptions.ofTtl(TTL))) {
            assertThat(other.get("k", this::load)).isEqualTo("value 1");
        }
    }

    /** One that somebody has made live for ever is looked at as any other. */
    @Test
    void aLeaseWithoutAnEndIsNotPolledAllTheTime() {
        CacheAside<String> brief = cache(CacheAsideOptions.builder(TTL)
                .leaseTime(Duration.ofMillis(100))
                .maxWait(Duration.ofSeconds(1))
                .build());
        String warm = brief.get("warm-up", this::load);
        assertThat(warm).isNotNull();
        Sync.await(store().lease("k", CacheRecord.newId(), TTL));
        deployment.masterOf(keys.key("k")).call(c -> c.persist(keys.key("k")));
        assertThatThrownBy(() -> brief.get("k", this::load)).isInstanceOf(LoadTimeoutException.class);
        assertThat(counted("wakeups", "trigger", "poll")).isBetween(1.0, 12.0); // the first ones until it listens
        cache.invalidate("k");
    }
}
