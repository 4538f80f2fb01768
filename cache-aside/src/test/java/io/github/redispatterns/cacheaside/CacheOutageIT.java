package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Redis does not answer: frozen, paused, behind a link that swallows everything. The database meets a bounded number of
 * loads, callers wait for the timeout once per window, and no invalidation is lost silently. The outages are shorter
 * than it takes Sentinels or a Cluster to replace a master; longer ones are in {@link CacheTopologyIT}.
 */
@RedisTest
class CacheOutageIT extends CacheFaultBench {

    private static final Duration IN_TIME = TIMEOUT.plusMillis(100).plus(NOISE);

    /** The fill was sent and may still run: the caller has its value, and what stands at the key can only be that value. */
    @Test
    void aFreezeDuringALoadCostsItsCallerTheTimeout() throws Exception {
        hasty.get("warm-up", this::load);
        loads.set(0);
        Duration took = timed(() -> whileFrozenFrom(() -> {
            Lookup<String> loaded = hasty.lookup("k", key -> {
                master().pause();
                return load(key);
            });
            assertThat(loaded).isEqualTo(new Lookup<>("value 1", Source.LOADED, Duration.ZERO));
        }));
        assertThat(took).isLessThan(IN_TIME.plus(NOISE)); // finding the master takes its time too
        assertThat(hastyLoads("miss", "fill-failed")).isEqualTo(1);
        awaitHit("k", RECOVERY);
        assertThat(hasty.get("k", this::load)).startsWith("value");
    }

    @Test
    void aFrozenServerCostsACallerTheTimeoutOncePerWindow() throws Exception {
        CacheAside<String> fresh = hasty(options().build()); // it does not know yet what time it is, either
        whileFrozen(() -> {
            List<Duration> waits = new ArrayList<>();
            Duration all = Duration.ZERO;
            while (all.compareTo(Duration.ofMillis(1_100)) < 0) {
                Duration took = timed(
                        () -> assertThat(fresh.lookup("k", this::load).source()).isEqualTo(Source.BYPASSED));
                all = all.plus(took);
                waits.add(took);
            }
            List<Duration> timeouts = waits.stream()
                    .filter(wait -> wait.compareTo(TIMEOUT.minusMillis(20)) > 0)
                    .toList();
            assertThat(timeouts).hasSizeBetween(1, 1 + (int) all.dividedBy(WINDOW.plus(TIMEOUT)));
            assertThat(timeouts).allMatch(wait -> wait.compareTo(IN_TIME) < 0);
            assertThat(waits).hasSizeGreaterThan(100);
            assertThat(gauge("breaker.state")).isBetween(1.0, 2.0);
        });
        awaitHit("k", RECOVERY);
    }

    @Test
    void theDatabaseMeetsABoundedNumberOfLoadsAtOnce() throws Exception {
        CacheAside<String> cautious =
                hasty(options().breakerWindow(Duration.ofMinutes(1)).build());
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CompletableFuture<String> gate = new CompletableFuture<>();
        whileAllFrozen(() -> {
            cautious.get("k", this::load); // from now on Redis is left alone, or one of its masters
            List<CompletionStage<Lookup<String>>> readers = new ArrayList<>();
            for (int i = 0; i < 5 * MAX_BYPASS; i++) {
                readers.add(cautious.lookupAsync("k" + i, key -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    return gate.thenApplyAsync(value -> {
                        running.decrementAndGet();
                        return value;
                    });
                }));
            }
            Future<Map<String, String>> many =
                    threads.submit(() -> cautious.getAll(List.of("a", "b"), names -> Map.of("a", "1", "b", "2")));
            Awaitility.await().until(() -> gauge("bypass.waiting") == 4 * MAX_BYPASS + 1);
            assertThat(running).hasValue(MAX_BYPASS);
            gate.complete("loaded");
            for (CompletionStage<Lookup<String>> reader : readers) {
                assertThat(Sync.<Lookup<String>>await(reader))
                        .isEqualTo(new Lookup<>("loaded", Source.BYPASSED, Duration.ZERO));
            }
            assertThat(many.get(10, TimeUnit.SECONDS)).isEqualTo(Map.of("a", "1", "b", "2"));
            assertThat(most).hasValue(MAX_BYPASS);
        });
    }

    @Test
    void whereNoLoadMayPassReadsFailInTime() throws Exception {
        CacheAside<String> strict = hasty(options().maxBypassLoads(0).build());
        whileFrozen(() -> {
            assertThat(timed(() -> assertThatThrownBy(() -> strict.get("k", this::load))
                            .isInstanceOf(PatternsException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThatThrownBy(() -> strict.get("k", this::load))
                            .isInstanceOf(PatternsException.class)
                            .hasMessageContaining("left alone")))
                    .isLessThan(IN_TIME);
            assertThatThrownBy(() -> strict.getAll(List.of("k"), names -> Map.of("k", load("k"))))
                    .isInstanceOf(PatternsException.class);
        });
        assertThat(loads).hasValue(0);
        Awaitility.await()
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(() -> strict.get("k", this::load) != null);
    }

    @Test
    void writesArePendingAndAreDoneWhenRedisIsBack() throws Exception {
        List<String> names = List.of("k", "invalidated", "put", "updated");
        names.forEach(name -> cache.put(name, "old"));
        List<String> committed = new ArrayList<>();
        whileAllFrozen(() -> {
            assertThat(timed(() -> assertThat(hasty.invalidate("k")).isEqualTo(WriteOutcome.PENDING)))
                    .isLessThan(IN_TIME);
            assertThat(hasty.invalidate("invalidated")).isEqualTo(WriteOutcome.PENDING);
            assertThat(hasty.put("put", "new")).isEqualTo(WriteOutcome.PENDING);
            assertThat(hasty.update("updated", "new", () -> committed.add("new")))
                    .isEqualTo(WriteOutcome.PENDING);
            assertThat(committed).containsExactly("new");
            for (String name : names) {
                assertThat(hasty.lookup(name, key -> "new"))
                        .isEqualTo(new Lookup<>("new", Source.BYPASSED, Duration.ZERO));
            }
            assertThat(gauge("removals.pending")).isEqualTo(4);
        });
        for (String name : names) {
            Awaitility.await()
                    .atMost(RECOVERY)
                    .until(() -> cache.lookup(name, key -> "new").value().equals("new"));
            assertThat(hasty.get(name, key -> "new")).isEqualTo("new");
        }
        assertThat(gauge("removals.pending")).isZero();
        assertThat(hastily("removals", "state", "done")).isEqualTo(4);
        assertThat(lost).isEmpty();
    }

    @Test
    void whatCannotBeRemovedInTimeIsReported() throws Exception {
        CacheAside<String> impatient =
                hasty(options().invalidationRetry(Duration.ofMillis(100)).build());
        whileFrozen(() -> {
            assertThat(impatient.invalidate("k")).isEqualTo(WriteOutcome.PENDING);
            Awaitility.await().until(() -> lost.contains("k"));
        });
        assertThat(lost).containsExactly("k");
        assertThat(hastily("removals", "state", "lost")).isEqualTo(1);
        CacheAside<String> closing = hasty(options().build());
        whileFrozen(() -> {
            assertThat(closing.invalidate("k")).isEqualTo(WriteOutcome.PENDING);
            closing.close();
        });
        assertThat(lost).containsExactly("k", "k");
    }

    @Test
    void readsAreHitsAgainWithinAWindowOfItsReturn() throws Exception {
        cache.put("k", "here");
        whileFrozen(() -> Awaitility.await().until(() -> source("k") == Source.BYPASSED));
        assertThat(timed(() -> awaitHit("k", RECOVERY)))
                .isLessThan(WINDOW.plus(TIMEOUT).plus(NOISE).plus(NOISE));
        assertThat(gauge("breaker.state")).isZero();
    }

    @Test
    void thoseWhoWaitForAnotherProcessLoadByThemselves() throws Exception {
        Sync.await(store().lease("k", CacheRecord.newId(), TTL));
        CompletionStage<Lookup<String>> waiting =
                hasty.lookupAsync("k", key -> CompletableFuture.completedFuture("own"));
        Awaitility.await().until(() -> hastily("waits", "scope", "remote") == 1);
        whileFrozen(() -> assertThat(
                        waiting.toCompletableFuture().get(5, TimeUnit.SECONDS).source())
                .isEqualTo(Source.BYPASSED));
    }

    /** Whoever has waited for another's load has only the rest of its time for its turn to load past Redis. */
    @Test
    void theWaitForATurnIsPartOfTheWait() throws Exception {
        Duration longest = Duration.ofSeconds(3);
        CacheAside<String> narrow =
                hasty(options().maxBypassLoads(1).maxWait(longest).build());
        CompletableFuture<String> never = new CompletableFuture<>();
        long far = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        CompletionStage<String> hog = narrow.parts().admission().run(new IOException("down"), null, far, () -> never);
        Sync.await(store().lease("k", CacheRecord.newId(), TTL));
        long began = System.nanoTime();
        Future<String> waiting = threads.submit(() -> narrow.get("k", this::load));
        Awaitility.await()
                .until(() -> System.nanoTime() - began
                        > longest.multipliedBy(2).dividedBy(3).toNanos());
        whileFrozen(() -> {
            assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(LoadTimeoutException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(longest.multipliedBy(3).dividedBy(2));
        });
        assertThat(hog.toCompletableFuture()).isNotDone();
        assertThat(loads).hasValue(0);
        cache.invalidate("k");
    }

    /** Scripts wait, and what comes after one on the same connection; plain reads before it do not. */
    @Test
    void aServerWhoseWritesArePausedIsWaitedForOnce() throws Exception {
        List<String> written = List.of("gone", "put", "updated", "around");
        cache.put("hit", "here");
        written.forEach(name -> cache.put(name, "old"));
        whileWritesArePaused(() -> {
            assertThat(source("hit")).isEqualTo(Source.REDIS);
            assertThat(timed(() -> assertThat(source("k")).isEqualTo(Source.BYPASSED)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThat(hasty.invalidate("gone")).isEqualTo(WriteOutcome.PENDING)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThat(hasty.put("put", "new")).isEqualTo(WriteOutcome.PENDING)))
                    .isLessThan(IN_TIME);
            assertThat(hasty.update("updated", "new", () -> {})).isEqualTo(WriteOutcome.PENDING);
            assertThat(hasty.invalidateAround("around", () -> {})).isEqualTo(WriteOutcome.PENDING);
            for (String name : written) {
                assertThat(hasty.lookup(name, key -> "new").value()).as(name).isEqualTo("new");
            }
            assertThat(timed(() -> assertThat(hasty.getAll(
                                    List.of("hit", "k"),
                                    names -> names.stream().collect(Collectors.toMap(name -> name, name -> "here"))))
                            .isEqualTo(Map.of("hit", "here", "k", "here"))))
                    .isLessThan(IN_TIME);
        });
        Awaitility.await().until(() -> gauge("removals.pending") == 0);
        for (String name : written) {
            assertThat(cache.get(name, key -> "new")).as(name).isEqualTo("new");
        }
        assertThat(lost).isEmpty();
        awaitHit("k", LEASE.plus(RECOVERY)); // the lease that was asked for in vain has to end first
    }

    @Test
    void aHalfOpenLinkIsAsAFrozenServer() throws Exception {
        cache.put("gone", "old");
        cache.put("updated", "old");
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis proxied = Handles.open(
                        deployment,
                        user,
                        RedisOptions.builder().commandTimeout(TIMEOUT).clientResources(proxies.clientResources()));
                CacheAside<String> behind =
                        CacheAside.create(proxied, keys, Codec.utf8(), options().build())) {
            assertThat(behind.lookup("k", this::load).source()).isEqualTo(Source.LOADED);
            proxies.halfOpen();
            assertThat(timed(() ->
                            assertThat(behind.lookup("k", this::load).source()).isEqualTo(Source.BYPASSED)))
                    .isLessThan(IN_TIME);
            assertThat(behind.invalidate("gone")).isEqualTo(WriteOutcome.PENDING);
            assertThat(timed(() -> assertThat(behind.update("updated", "new", () -> loads.set(42)))
                            .isEqualTo(WriteOutcome.PENDING)))
                    .isLessThan(IN_TIME);
            assertThat(loads).hasValue(42);
            assertThat(timed(() -> assertThat(behind.getAll(List.of("k"), names -> Map.of("k", "past")))
                            .isEqualTo(Map.of("k", "past"))))
                    .isLessThan(IN_TIME);
            assertThat(cache.get("gone", key -> "new")).isEqualTo("old"); // the bound is until the link is back
            proxies.restore();
            Awaitility.await()
                    .atMost(RECOVERY)
                    .until(() -> behind.lookup("k", this::load).source() == Source.REDIS);
            Awaitility.await().until(() -> cache.get("gone", key -> "new").equals("new"));
            Awaitility.await().until(() -> cache.get("updated", key -> "new").equals("new"));
        }
    }

    /** The work freezes the master itself. */
    private void whileFrozenFrom(ThrowingRunnable work) throws Exception {
        try {
            work.run();
        } finally {
            deployment.heal();
        }
    }

    private void whileAllFrozen(ThrowingRunnable work) throws Exception {
        try {
            deployment.masters().forEach(node -> node.pause());
            work.run();
        } finally {
            deployment.nodes().forEach(node -> node.resume());
        }
    }
}
