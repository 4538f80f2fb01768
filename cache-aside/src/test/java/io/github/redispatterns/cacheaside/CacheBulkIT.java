package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Many keys at once. */
@RedisTest
class CacheBulkIT extends CacheBench {

    private final ConcurrentLinkedQueue<Set<String>> calls = new ConcurrentLinkedQueue<>();

    @Test
    void whatIsMissingIsLoadedInOneCall() {
        cache.put("b", "put b");
        List<String> names = List.of("c", "b", "a", "c", "none");
        Map<String, String> first = cache.getAll(names, this::loadAll);
        assertThat(first)
                .containsExactly(Map.entry("c", "value c"), Map.entry("b", "put b"), Map.entry("a", "value a"));
        assertThat(calls).containsExactly(Set.of("a", "c", "none"));
        Map<String, String> second = cache.getAll(names, this::loadAll);
        assertThat(second).isEqualTo(first);
        for (Map<String, String> each : List.of(first, second)) {
            assertThatThrownBy(each::clear).isInstanceOf(UnsupportedOperationException.class);
        }
        assertThat(calls).hasSize(1);
        assertThat(Sync.<Map<String, String>>await(cache.getAllAsync(names, this::loadAllAsync)))
                .isEqualTo(first);
        assertThat(cache.get("a", this::load)).isEqualTo("value a");
        assertThat(cache.getAll(List.of(), this::loadAll)).isEmpty();
        assertThat(gets("negative")).isEqualTo(2);
    }

    @Test
    void theBulkLoaderRunsInTheCallersThread() {
        Thread caller = Thread.currentThread();
        cache.getAll(keys(50), names -> {
            assertThat(Thread.currentThread()).isSameAs(caller);
            return loadAll(names);
        });
        assertThat(calls).hasSize(1);
        assertThat(calls.peek()).hasSize(50);
    }

    /** Each loads what it has the lease of, and waits for the rest. */
    @Test
    void twoProcessesLoadEachKeyOnce() throws Exception {
        List<CacheAside<String>> fleet = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            fleet.add(cache(handle(), CacheAsideOptions.ofTtl(TTL)));
        }
        List<Future<Map<String, String>>> readers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            CacheAside<String> one = fleet.get(i % fleet.size());
            List<String> some = keys(100).subList(i, i + 80);
            readers.add(threads.submit(() -> one.getAll(some, this::loadAll)));
        }
        for (int i = 0; i < readers.size(); i++) {
            assertThat(readers.get(i).get(30, TimeUnit.SECONDS))
                    .hasSize(80)
                    .containsEntry("k" + (i + 40), "value k" + (i + 40));
        }
        List<String> loaded = calls.stream().flatMap(Set::stream).toList();
        assertThat(loaded).doesNotHaveDuplicates().hasSize(95);
    }

    @Test
    void itWaitsForASingleLoadAndASingleReadWaitsForIt() {
        CompletableFuture<String> single = new CompletableFuture<>();
        CompletionStage<String> one = cache.getAsync("a", key -> single);
        Awaitility.await().until(() -> there("a"));
        CompletableFuture<Map<String, String>> rest = new CompletableFuture<>();
        CompletionStage<Map<String, String>> all = cache.getAllAsync(List.of("a", "b"), names -> {
            calls.add(names);
            return rest;
        });
        Awaitility.await().until(() -> calls.size() == 1);
        CompletionStage<String> other = cache.getAsync("b", key -> CompletableFuture.completedFuture(load(key)));
        assertThat(calls).containsExactly(Set.of("b"));
        rest.complete(Map.of("b", "bulk b", "unasked", "x"));
        assertThat(Sync.<String>await(other)).isEqualTo("bulk b");
        assertThat(all.toCompletableFuture()).isNotDone();
        single.complete("single a");
        assertThat(Sync.<Map<String, String>>await(all)).isEqualTo(Map.of("a", "single a", "b", "bulk b"));
        assertThat(Sync.<String>await(one)).isEqualTo("single a");
        assertThat(there("unasked")).isFalse();
        assertThat(loads).hasValue(0);
    }

    /** The load that it waited for has failed: then it loads that key by itself. */
    @Test
    void aLoadElsewhereThatFailsIsMadeUpFor() throws Exception {
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        CompletableFuture<String> failing = new CompletableFuture<>();
        CompletionStage<String> elsewhere = other.getAsync("k7", key -> failing);
        Awaitility.await().until(() -> there("k7"));
        Future<Map<String, String>> all = threads.submit(() -> cache.getAll(keys(10), this::loadAll));
        Awaitility.await().until(() -> calls.size() == 1);
        assertThat(calls.peek()).hasSize(9).doesNotContain("k7");
        failing.completeExceptionally(new IOException("disk"));
        assertThat(all.get(20, TimeUnit.SECONDS)).hasSize(10).containsEntry("k7", "value k7");
        assertThat(calls).hasSize(2);
        assertThatThrownBy(() -> Sync.await(elsewhere)).isInstanceOf(IOException.class);
    }

    @Test
    void aBulkLoaderThatFailsFailsTheCallAndGivesTheLeasesBack() {
        IOException disk = new IOException("disk");
        assertThatThrownBy(() -> cache.getAll(List.of("a", "b"), names -> {
                    throw disk;
                }))
                .isInstanceOf(LoadFailedException.class)
                .hasCause(disk);
        Awaitility.await().until(() -> !there("a") && !there("b"));
        assertThatThrownBy(() -> cache.getAll(List.of("a", "b"), names -> null))
                .hasMessage("The bulk loader returned null in place of a map");
        assertThatThrownBy(() -> Sync.await(cache.getAllAsync(List.of("a", "b"), names -> null)))
                .hasMessage("The bulk loader returned null in place of a stage");
        Awaitility.await().until(() -> !there("a") && !there("b"));
        assertThat(cache.getAll(List.of("a", "b"), this::loadAll)).hasSize(2);
    }

    @Test
    void aBulkLoaderMaySayHowEachAnswerIsCached() {
        BulkLoader<String> loader = BulkLoader.withContext((names, answers) -> {
            answers.of("a").ttl(Duration.ofSeconds(20));
            answers.of("b").doNotStore();
            answers.of("none").ttl(Duration.ofSeconds(5));
            assertThatThrownBy(() -> answers.of("unasked"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("key ");
            return loadAll(names);
        });
        List<String> names = List.of("a", "b", "c", "none");
        assertThat(cache.getAll(names, loader)).hasSize(3);
        assertThat(pttl("a")).isBetween(1L, 20_000L);
        assertThat(pttl("none")).isBetween(1L, 5_000L);
        assertThat(pttl("c")).isGreaterThan(20_000L);
        assertThat(there("b")).isFalse();
        names.forEach(cache::invalidate);
        AsyncBulkLoader<String> async = AsyncBulkLoader.withContext((missing, answers) -> {
            missing.forEach(name -> answers.of(name).doNotStore());
            return loadAllAsync(missing);
        });
        assertThat(Sync.<Map<String, String>>await(cache.getAllAsync(names, async)))
                .hasSize(3);
        assertThat(names).noneMatch(this::there);
        assertThat(gets("loaded")).isEqualTo(8);
    }

    /** Called by somebody else, such loaders load all the same. */
    @Test
    void aBulkLoaderWithAContextIsABulkLoader() throws Exception {
        BulkLoader<String> loader = BulkLoader.withContext((names, answers) -> {
            names.forEach(name -> answers.of(name).doNotStore());
            return loadAll(names);
        });
        AsyncBulkLoader<String> async = AsyncBulkLoader.withContext((names, answers) -> {
            names.forEach(name -> answers.of(name).doNotStore());
            return loadAllAsync(names);
        });
        assertThat(loader.load(Set.of("a"))).isEqualTo(Map.of("a", "value a"));
        Map<String, ? extends String> loaded = Sync.await(async.load(Set.of("b")));
        assertThat(loaded).hasSize(1).containsKey("b");
    }

    /** In one call, as what is missing. */
    @Test
    void staleEntriesAreServedAndRefreshed() {
        Duration soon = Duration.ofMillis(50);
        CacheAside<String> soft =
                cache(CacheAsideOptions.builder(TTL).softTtl(soon).jitter(0).build());
        soft.getAll(keys(5), names -> constant(names, "old"));
        // Well after, since every process has its own idea of the server's time.
        Awaitility.await()
                .until(() ->
                        keys(5).stream().allMatch(key -> soft.inspect(key).age().compareTo(soon.plusMillis(200)) > 0));
        BulkLoader<String> fresh = names -> {
            calls.add(new TreeSet<>(names));
            return constant(names, "new");
        };
        assertThat(soft.getAll(keys(5), fresh).values()).containsOnly("old");
        Awaitility.await().until(() -> loads("stored") == 10);
        assertThat(calls).containsExactly(new TreeSet<>(keys(5)));
        assertThat(soft.getAll(keys(5), fresh).values()).containsOnly("new");
    }

    /** Of a key whose removal was pending when it was asked for the reply may be old, though it is removed by now. */
    @Test
    void keysThatAreYetToBeRemovedAreLoadedPastTheCacheInOneCall() {
        cache.getAll(keys(5), names -> constant(names, "old"));
        CacheParts<String> parts = Pending.parts(cache, keys(4));
        Reads<String> reads = new Reads<>(parts, null);
        Map<String, String> all = new LinkedHashMap<>();
        keys(5).forEach(key -> all.put(key, null));
        BulkLoading<String> loading = BulkLoading.of((BulkLoader<String>) this::loadAll);
        assertThat(new BulkRead<>(parts, reads, loading, all).run())
                .containsEntry("k3", "value k3")
                .containsEntry("k4", "old");
        assertThat(calls).containsExactly(new TreeSet<>(keys(4)));
        assertThat(gets("bypassed")).isEqualTo(4);
        byte[] old = Sync.await(store().read("k4"));
        assertThat(reads.of("k4", old, Set.of())).isInstanceOf(Found.Entry.class);
        assertThat(reads.of("k4", old, Set.of("k4"))).isInstanceOf(Found.Unknown.class);
    }

    private static List<String> keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + i).toList();
    }

    private Map<String, String> loadAll(Set<String> names) {
        calls.add(new TreeSet<>(names));
        Map<String, String> values = new LinkedHashMap<>();
        names.stream().filter(name -> !name.equals("none")).forEach(name -> values.put(name, "value " + name));
        return values;
    }

    private CompletionStage<Map<String, String>> loadAllAsync(Set<String> names) {
        return CompletableFuture.completedFuture(loadAll(names));
    }

    private static Map<String, String> constant(Set<String> names, String value) {
        return names.stream().collect(Collectors.toMap(name -> name, name -> value));
    }
}
