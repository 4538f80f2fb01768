package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Faults of a Redis that goes on answering: it forgets, it is full, it ends connections; and clients that die or stop.
 * A cut reply is in {@link CacheLostReplyIT}, a moved clock in {@link CacheClockIT}, a Redis that does not answer in
 * {@link CacheOutageIT}, another master in {@link CacheTopologyIT}, what a restart leaves in {@link CacheRestartIT}.
 */
@RedisTest
class CacheFaultIT extends CacheFaultBench {

    @Test
    void scriptFlushBetweenTheSteps() {
        deployment.flushScripts();
        String value = cache.get("k", key -> {
            deployment.flushScripts();
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        deployment.flushScripts();
        assertThat(cache.lookup("k", this::load).source()).isEqualTo(Source.REDIS);
        assertThat(cache.invalidate("k")).isEqualTo(WriteOutcome.REMOVED);
        deployment.flushScripts();
        assertThat(cache.put("k", "put")).isEqualTo(WriteOutcome.STORED);
        deployment.flushScripts();
        WriteOutcome updated = cache.update("k", "updated", deployment::flushScripts);
        assertThat(updated).isEqualTo(WriteOutcome.STORED);
        assertThat(cache.get("k", this::load)).isEqualTo("updated");
    }

    @Test
    void scriptFlushWhileOthersWaitWakesThemAllTheSame() throws Exception {
        CompletableFuture<String> slow = new CompletableFuture<>();
        CompletionStage<String> loading = cache.getAsync("k", key -> slow);
        Awaitility.await().until(() -> there("k"));
        deployment.flushScripts();
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        Future<Lookup<String>> waiting = threads.submit(() -> other.lookup("k", this::load));
        Awaitility.await().until(() -> waits("remote") == 1);
        deployment.flushScripts();
        slow.complete("loaded");
        assertThat(waiting.get(3, TimeUnit.SECONDS)).extracting(Lookup::source).isEqualTo(Source.REDIS);
        assertThat(Sync.<String>await(loading)).isEqualTo("loaded");
    }

    @Test
    void flushAllDuringALoadDiscardsIt() {
        Lookup<String> overtaken = cache.lookup("k", key -> {
            admin(c -> c.flushall());
            return load(key);
        });
        assertThat(overtaken).isEqualTo(new Lookup<>("value 1", Source.DISCARDED, Duration.ZERO));
        assertThat(there("k")).isFalse();
        assertThat(cache.get("k", this::load)).isEqualTo("value 2");
    }

    /** Nobody tells them, so they find out by looking. */
    @Test
    void flushAllDuringALoadDoesNotKeepThoseWhoWait() throws Exception {
        CompletableFuture<String> slow = new CompletableFuture<>();
        CompletionStage<String> loading = cache.getAsync("k", key -> slow);
        Awaitility.await().until(() -> there("k"));
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        Future<Lookup<String>> waiting = threads.submit(() -> other.lookup("k", this::load));
        Awaitility.await().until(() -> waits("remote") == 1);
        admin(c -> c.flushall());
        // far less than the lease's 10 s
        assertThat(waiting.get(3, TimeUnit.SECONDS)).isEqualTo(new Lookup<>("value 1", Source.LOADED, Duration.ZERO));
        slow.complete("too late");
        assertThat(Sync.<String>await(loading)).isEqualTo("too late");
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
    }

    @Test
    void aPlainDelFromAnotherProgramDiscardsTheLoadToo() {
        Lookup<String> overtaken = cache.lookup("k", key -> {
            admin(c -> c.del(keys.key("k")));
            return load(key);
        });
        assertThat(overtaken.source()).isEqualTo(Source.DISCARDED);
        assertThat(cache.get("k", this::load)).isEqualTo("value 2");
    }

    @Test
    void connectionsThatAreKilledDuringALoadAreReplaced() {
        String value = cache.get("k", key -> {
            deployment.dropClients();
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        Awaitility.await().until(() -> cache.lookup("k", this::load).source() == Source.REDIS);
    }

    /** Reads and writes go on, past the cache for a moment; what they leave is the newest. */
    @Test
    void connectionsThatAreKilledAgainAndAgainFailNoCall() {
        for (int i = 0; i < 5; i++) {
            String newest = "version " + i;
            deployment.dropClients();
            assertThat(hasty.lookup("k", key -> newest).value()).isNotNull();
            deployment.dropClients();
            WriteOutcome outcome = hasty.invalidate("k");
            assertThat(hasty.lookup("k", key -> newest).value())
                    .as("after %s", outcome)
                    .isEqualTo(newest);
        }
        Awaitility.await().until(() -> gauge("removals.pending") == 0);
        hasty.invalidate("k");
        assertThat(cache.get("k", key -> "newest")).isEqualTo("newest");
    }

    @Test
    void thoseWhoseSubscriptionIsKilledFindTheValueAllTheSame() throws Exception {
        CompletableFuture<String> slow = new CompletableFuture<>();
        // If the fill meets the killed connection, its lease has to end first.
        CacheAside<String> brief =
                cache(CacheAsideOptions.builder(TTL).leaseTime(LEASE).build());
        CompletionStage<String> loading = brief.getAsync("k", key -> slow);
        Awaitility.await().until(() -> there("k"));
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        Future<Lookup<String>> waiting = threads.submit(() -> other.lookup("k", this::load));
        Awaitility.await().until(() -> waits("remote") == 1);
        deployment.dropClients();
        slow.complete("loaded");
        Sync.await(loading);
        // Its look may just have met the killed connection; then it loads past the cache.
        assertThat(waiting.get(3, TimeUnit.SECONDS).value()).isIn("loaded", "value 1");
    }

    /**
     * Back before anybody has taken its place, with the snapshot of an earlier state, which its replicas copy: leases and
     * what was stored since are gone; an entry that was invalidated since is there again, until its time to live ends.
     * What an append-only file keeps is in {@link CacheRestartIT}.
     */
    @Test
    void aMasterThatIsKilledAndIsBackAtOnceIsInAnEarlierState() {
        RedisNode master = master();
        String invalidated = besideK();
        cache.put(invalidated, "old");
        save(master);
        assertThat(cache.invalidate(invalidated)).isEqualTo(WriteOutcome.REMOVED);
        Lookup<String> overtaken = hasty.lookup("k", key -> {
            master.kill9();
            assertThat(hasty.lookup("beside", name -> "past").value()).isEqualTo("past");
            assertThat(hasty.put("k", "written")).isEqualTo(WriteOutcome.PENDING);
            master.restart();
            user.recreate();
            return load(key);
        });
        assertThat(overtaken.value()).isEqualTo("value 1");
        Awaitility.await().until(() -> gauge("removals.pending") == 0);
        awaitHit("k", RECOVERY);
        assertThat(hasty.get("k", key -> "none")).startsWith("value");
        boolean replaced = !master().equals(master); // all the same, if the machine was too slow
        assertThat(hasty.get(invalidated, key -> "new")).isEqualTo(replaced ? "new" : "old");
        assertThat(pttl(invalidated)).isBetween(1L, TTL.toMillis());
        assertThat(hasty.invalidate(invalidated)).isEqualTo(WriteOutcome.REMOVED);
        assertThat(hasty.get(invalidated, key -> "new")).isEqualTo("new");
        assertThat(lost).isEmpty();
    }

    /** Its lease is there, and nobody will end it. {@link CacheFleetIT} kills real processes. */
    @Test
    void aClientThatIsKilledDuringItsLoadIsReplacedWhenItsLeaseEnds() throws Exception {
        Duration left = Duration.ofMillis(400);
        Sync.await(store().lease("k", CacheRecord.newId(), left));
        assertThat(timed(() -> assertThat(source("k")).isEqualTo(Source.LOADED)))
                .isBetween(left.dividedBy(2), left.plusMillis(260).plus(NOISE));
        assertThat(loads).hasValue(1);
    }

    /** It goes on when another has already stored a newer value. */
    @Test
    void aClientThatIsPausedLongerThanItsLeaseStoresNothing() {
        CompletableFuture<String> paused = new CompletableFuture<>();
        CacheAside<String> brief =
                hasty(options().leaseTime(Duration.ofMillis(200)).build());
        CompletionStage<Lookup<String>> late = brief.lookupAsync("k", key -> paused);
        Awaitility.await().until(() -> there("k"));
        assertThat(cache.lookup("k", this::load)).isEqualTo(new Lookup<>("value 1", Source.LOADED, Duration.ZERO));
        paused.complete("old");
        assertThat(Sync.<Lookup<String>>await(late).source()).isEqualTo(Source.DISCARDED);
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(hastyLoads("miss", "discarded")).isEqualTo(1);
    }

    @Test
    void aFullServerAnswersHitsAndTakesInvalidations() {
        CacheAside<String> soft = cache(
                CacheAsideOptions.builder(TTL).softTtl(Duration.ofMillis(1)).build());
        cache.put("hit", "here");
        cache.put("gone", "there");
        cache.put("put", "before");
        soft.put("stale", "old");
        Awaitility.await()
                .until(() ->
                        soft.inspect("stale").age().compareTo(Duration.ofMillis(300)) > 0); // it knows what time it is
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            assertThat(cache.lookup("hit", this::load).source()).isEqualTo(Source.REDIS);
            assertThat(cache.invalidate("gone")).isEqualTo(WriteOutcome.REMOVED);
            assertThat(cache.lookup("k", this::load))
                    .isEqualTo(new Lookup<>("value 1", Source.BYPASSED, Duration.ZERO));
            assertThat(cache.getAll(List.of("k", "hit"), names -> Map.of("k", load("k"))))
                    .isEqualTo(Map.of("k", "value 2", "hit", "here"));
            assertThat(cache.put("put", "after")).isEqualTo(WriteOutcome.REMOVED);
            assertThat(cache.get("put", key -> "after")).isEqualTo("after");
            assertThat(cache.update("hit", "newer", () -> {})).isEqualTo(WriteOutcome.REMOVED);
            assertThat(cache.get("hit", key -> "newer")).isEqualTo("newer");
            assertThat(soft.lookup("stale", this::load).source()).isEqualTo(Source.STALE);
        }
        assertThat(cache.lookup("k", this::load).source()).isEqualTo(Source.LOADED);
        assertThat(cache.lookup("gone", this::load).source()).isEqualTo(Source.LOADED);
        assertThat(cache.put("put", "after")).isEqualTo(WriteOutcome.STORED);
    }

    @Test
    void aFullServerDuringALoadStillGivesTheCallerItsValue() {
        MemoryLimit[] full = new MemoryLimit[1];
        try {
            Lookup<String> loaded = cache.lookup("k", key -> {
                full[0] = deployment.fillMemory();
                return load(key);
            });
            assertThat(loaded).isEqualTo(new Lookup<>("value 1", Source.LOADED, Duration.ZERO));
            assertThat(loads("fill-failed")).isEqualTo(1);
        } finally {
            full[0].close();
        }
    }

    /** Eviction takes leases as well as entries. */
    @Test
    void anEvictedLeaseDiscardsTheLoad() {
        Lookup<String> overtaken = cache.lookup("k", key -> {
            evictEverything();
            return load(key);
        });
        assertThat(overtaken).isEqualTo(new Lookup<>("value 1", Source.DISCARDED, Duration.ZERO));
        assertThat(cache.lookup("k", this::load).source()).isEqualTo(Source.LOADED);
        evictEverything();
        assertThat(cache.lookup("k", this::load)).isEqualTo(new Lookup<>("value 3", Source.LOADED, Duration.ZERO));
    }

    @Test
    void aServerThatEvictsGoesOnCaching() {
        String large = "x".repeat(100_000);
        try (MemoryLimit restored = deployment.fillMemory()) {
            assertThat(restored).isNotNull();
            for (RedisNode master : deployment.masters()) {
                long used = info(master, "memory", "used_memory");
                master.call(c -> c.configSet(
                        Map.of("maxmemory-policy", "allkeys-lru", "maxmemory", Long.toString(used + 1_000_000))));
            }
            List<Source> sources = new ArrayList<>();
            for (int i = 0; i < 200; i++) { // a Cluster's full master gets a third of them
                String key = "k" + i % 50;
                for (int twice = 0; twice < 2; twice++) {
                    Lookup<String> found = cache.lookup(key, name -> name + large);
                    assertThat(found.value()).isEqualTo(key + large);
                    sources.add(found.source());
                }
            }
            assertThat(sources)
                    .contains(Source.LOADED, Source.REDIS)
                    // What has yet to be sent to replicas cannot be evicted: then it is full for a moment.
                    .isSubsetOf(Source.LOADED, Source.REDIS, Source.DISCARDED, Source.BYPASSED);
            assertThat(deployment.masters()).anyMatch(master -> info(master, "stats", "evicted_keys") > 0);
        }
    }

    /** As after a failover that this client has not heard of. STANDALONE has no replica; {@link CacheOutageIT} has more. */
    @Test
    void aServerThatRefusesWritesIsGoneAround() {
        cache.put("hit", "here");
        String replica = deployment.nodes().stream()
                .filter(node -> deployment.masters().stream().noneMatch(node::equals))
                .map(node -> node.uri())
                .findFirst()
                .orElse("");
        if (replica.isEmpty()) {
            admin(c -> c.replicaof("127.0.0.1", 1)); // nobody is there
            try {
                refusesWrites(hasty);
            } finally {
                admin(c -> c.replicaofNoOne());
            }
        } else {
            String credentials =
                    user.uri().substring(user.uri().indexOf("://"), user.uri().indexOf('@') + 1);
            try (Redis misled = Redis.connect(
                    replica.replace("://", credentials),
                    RedisOptions.builder().commandTimeout(TIMEOUT).build())) {
                refusesWrites(CacheAside.create(
                        misled,
                        keys,
                        io.github.redispatterns.core.Codec.utf8(),
                        options().build()));
            }
        }
        awaitHit("k", RECOVERY);
    }

    private void refusesWrites(CacheAside<String> misled) {
        Lookup<String> found = misled.lookup("k", this::load);
        assertThat(found.source()).isEqualTo(Source.BYPASSED);
        assertThat(misled.put("k", "put")).isEqualTo(WriteOutcome.PENDING);
        AtomicInteger commits = new AtomicInteger();
        assertThat(misled.update("k2", "new", commits::incrementAndGet)).isEqualTo(WriteOutcome.PENDING);
        assertThat(misled.invalidateAround("k2", commits::incrementAndGet)).isEqualTo(WriteOutcome.PENDING);
        assertThat(commits).hasValue(2);
        assertThat(misled.getAll(List.of("k3"), names -> Map.of("k3", "past"))).isEqualTo(Map.of("k3", "past"));
        assertThat(misled.invalidate("hit")).isEqualTo(WriteOutcome.PENDING);
        assertThat(misled.lookup("hit", key -> "newer").value()).isEqualTo("newer");
    }

    private void evictEverything() {
        MemoryLimit restored = deployment.fillMemory();
        try (restored) {
            admin(c -> c.configSet("maxmemory-policy", "allkeys-random"));
            Awaitility.await().until(() -> {
                try {
                    admin(c -> c.set(keys.key("k", "other"), "evicts", SetArgs.Builder.px(1_000)));
                } catch (RedisCommandExecutionException full) {
                    assertThat(full).hasMessageStartingWith("OOM");
                }
                return !there("k");
            });
        }
    }

    /** Not while it saves for a replica. */
    private static void save(RedisNode node) {
        Awaitility.await()
                .ignoreExceptionsInstanceOf(RedisCommandExecutionException.class)
                .until(() -> node.call(c -> c.save()).equals("OK"));
    }

    private static long info(RedisNode node, String section, String field) {
        return node.call(c -> c.info(section))
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(field.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
