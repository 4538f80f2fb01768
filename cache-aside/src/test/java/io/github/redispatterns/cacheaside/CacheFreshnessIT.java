package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What is served between the soft and the hard time to live, and who loads anew. */
@RedisTest
class CacheFreshnessIT extends CacheBench {

    private static final Duration SOFT = Duration.ofMillis(100);

    private final CacheAsideOptions options =
            CacheAsideOptions.builder(TTL).softTtl(SOFT).jitter(0).build();

    @Test
    void aStaleValueIsServedAtOnceWhileOneLoadsAnew() throws Exception {
        CacheAside<String> soft = cache(options);
        soft.get("k", this::load);
        awaitStale(soft);
        CountDownLatch gate = new CountDownLatch(1);
        AtomicReference<Thread> ran = new AtomicReference<>();
        Loader<String> slow = key -> {
            ran.set(Thread.currentThread());
            gate.await();
            return load(key);
        };
        List<CacheAside<String>> fleet = List.of(soft, cache(handle(), options), cache(handle(), options));
        fleet.forEach(one -> one.inspect("k")); // so all know what time it is
        List<Future<Lookup<String>>> readers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            CacheAside<String> one = fleet.get(i % fleet.size());
            readers.add(threads.submit(() -> one.lookup("k", slow)));
        }
        for (Future<Lookup<String>> reader : readers) {
            Lookup<String> stale = reader.get(20, TimeUnit.SECONDS);
            assertThat(stale.value()).isEqualTo("value 1");
            assertThat(stale.source()).isEqualTo(Source.STALE);
            assertThat(stale.age()).isGreaterThanOrEqualTo(SOFT.minusMillis(20));
        }
        assertThat(soft.inspect("k").state()).isEqualTo(Inspection.State.REFRESHING);
        gate.countDown();
        Awaitility.await().until(() -> cache.get("k", slow).equals("value 2")); // this one never refreshes
        assertThat(loads).hasValue(2);
        assertThat(ran.get().getName()).startsWith("redis-patterns-refresh-");
        assertThat(ran.get().isDaemon()).isTrue();
        assertThat(gets("stale")).isGreaterThanOrEqualTo(30);
    }

    @Test
    void anAsyncLoaderNeedsNoThreadToLoadAnew() {
        CacheAside<String> soft = cache(options);
        AsyncLoader<String> loader = key -> CompletableFuture.completedFuture(load(key));
        soft.get("k", this::load);
        awaitStale(soft);
        assertThat(Sync.<String>await(soft.getAsync("k", loader))).isEqualTo("value 1");
        Awaitility.await().until(() -> Sync.await(soft.getAsync("k", loader)).equals("value 2"));
    }

    /** The time to live bounds how long the old value stays. */
    @Test
    void aLoadThatFailsLeavesTheStaleValueAndIsNotRepeatedAtOnce() {
        CacheAside<String> soft = cache(options);
        soft.get("k", this::load);
        awaitStale(soft);
        Loader<String> failing = key -> {
            loads.incrementAndGet();
            throw new IllegalStateException("the database is down");
        };
        assertThat(soft.get("k", failing)).isEqualTo("value 1");
        Awaitility.await().until(() -> loads("failed") == 1);
        for (int i = 0; i < 100; i++) {
            assertThat(soft.lookup("k", failing).source()).isEqualTo(Source.STALE);
        }
        assertThat(loads).hasValue(2);
        assertThat(pttl("k")).isBetween(1L, TTL.toMillis());
    }

    /** While the source of truth is down the old value is served, and no longer than that. */
    @Test
    void afterTheTimeToLiveTheLoadersFailureReachesTheCaller() {
        Duration hard = Duration.ofSeconds(1);
        CacheAside<String> soft =
                cache(CacheAsideOptions.builder(hard).softTtl(SOFT).jitter(0).build());
        soft.get("k", this::load);
        long stored = System.nanoTime();
        awaitStale(soft);
        IllegalStateException down = new IllegalStateException("the database is down");
        Loader<String> failing = key -> {
            throw down;
        };
        assertThat(soft.lookup("k", failing).source()).isEqualTo(Source.STALE);
        Awaitility.await().until(() -> {
            try {
                assertThat(soft.get("k", failing)).isEqualTo("value 1");
                assertThat(Duration.ofNanos(System.nanoTime() - stored)).isLessThan(hard.plusSeconds(2));
                return false;
            } catch (IllegalStateException e) {
                assertThat(e).isSameAs(down);
                return true;
            }
        });
        assertThat(Duration.ofNanos(System.nanoTime() - stored)).isGreaterThan(hard.minusMillis(50));
        Awaitility.await().until(() -> !there("k")); // nor is its lease kept
        assertThat(soft.get("k", this::load)).isEqualTo("value 2");
    }

    @Test
    void aLoadAnewThatNeverEndsIsReplacedWhenItsLeaseEnds() {
        CacheAside<String> soft = cache(CacheAsideOptions.builder(TTL)
                .softTtl(SOFT)
                .leaseTime(Duration.ofMillis(300))
                .build());
        soft.get("k", this::load);
        awaitStale(soft);
        CompletableFuture<String> never = new CompletableFuture<>();
        assertThat(Sync.<String>await(soft.getAsync("k", key -> never))).isEqualTo("value 1");
        Awaitility.await().until(() -> soft.get("k", this::load).equals("value 2"));
        never.complete("late");
        Awaitility.await().until(() -> loads("discarded") == 1);
        assertThat(soft.get("k", this::load)).isNotEqualTo("late");
    }

    @Test
    void anInvalidationOvertakesALoadAnew() {
        CacheAside<String> soft = cache(options);
        soft.get("k", this::load);
        awaitStale(soft);
        CompletableFuture<String> old = new CompletableFuture<>();
        Sync.await(soft.getAsync("k", key -> old));
        Awaitility.await().until(() -> soft.inspect("k").state() == Inspection.State.REFRESHING);
        soft.invalidate("k");
        old.complete("old");
        Awaitility.await().until(() -> loads("discarded") == 1);
        assertThat(there("k")).isFalse();
        assertThat(soft.get("k", this::load)).isEqualTo("value 2");
    }

    @Test
    void aLoadAnewMayFindThatThereIsNoValueAnyMore() {
        CacheAside<String> soft = cache(options);
        soft.get("k", this::load);
        awaitStale(soft);
        soft.get("k", this::loadNothing);
        Awaitility.await().until(() -> soft.lookup("k", this::loadNothing).source() == Source.NEGATIVE);
        CacheAside<String> forgetful = cache(CacheAsideOptions.builder(TTL)
                .softTtl(SOFT)
                .negativeTtl(Duration.ZERO)
                .build());
        forgetful.put("other", "v");
        Awaitility.await()
                .until(() -> forgetful.lookup("other", this::loadNothing).source() == Source.STALE);
        Awaitility.await().until(() -> !there("other"));
    }

    /** With β large an entry that took any time to load is due at once; with β = 0 it is not before it is stale. */
    @Test
    void anEntryIsLoadedAnewEarlyTheMoreEagerlyTheLongerItsLoadTook() {
        CacheAside<String> eager =
                cache(CacheAsideOptions.builder(TTL).earlyRefresh(100).jitter(0).build());
        AsyncLoader<String> slow = key -> CompletableFuture.supplyAsync(
                () -> "slow", CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
        Sync.await(eager.getAsync("k", slow));
        Duration took = eager.inspect("k").loadTime();
        assertThat(took).isBetween(Duration.ofMillis(45), Duration.ofSeconds(10));
        for (int i = 0; i < 10; i++) {
            assertThat(eager.lookup("k", this::load).source()).isEqualTo(Source.REDIS);
        }
        assertThat(loads).hasValue(0); // 5 minutes are far away even for β = 100 · 50 ms
        CacheAside<String> soon = cache(CacheAsideOptions.builder(Duration.ofSeconds(3))
                .earlyRefresh(100)
                .jitter(0)
                .build());
        soon.invalidate("k");
        Sync.await(soon.getAsync("k", slow));
        Awaitility.await()
                .atMost(Duration.ofSeconds(2))
                .until(() -> soon.get("k", this::load).equals("value 1"));
        assertThat(gets("stale")).isZero();
        assertThat(gets("loaded")).isEqualTo(2); // nobody had to wait
    }

    private void awaitStale(CacheAside<String> soft) {
        // Well after, since every process has its own idea of the server's time.
        Awaitility.await().until(() -> soft.inspect("k").age().compareTo(SOFT.plusMillis(200)) > 0);
    }
}
