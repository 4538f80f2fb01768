package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.SlotMigration;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A slot moves to and fro under load. Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
class CacheMigrationIT extends CacheBench {

    private static final int MOVES = 6;

    private static final String SAME_SLOT = sameSlot();

    private final AtomicInteger refreshed = new AtomicInteger();
    private final AtomicInteger database = new AtomicInteger();
    private final AtomicInteger invalidated = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();

    /** No MOVED, ASK or TRYAGAIN reaches a caller, none goes past the cache, and nothing old is served. */
    @Test
    void readsAndWritesGoOnWhileTheirSlotMoves() throws Exception {
        List<Future<?>> all = new ArrayList<>();
        List<CacheAside<String>> fleet = List.of(cache, cache(handle(), CacheAsideOptions.ofTtl(TTL)));
        for (CacheAside<String> one : fleet) {
            all.add(threads.submit(() -> read(() -> one.get("k", key -> "" + database.get()))));
            all.add(threads.submit(() ->
                    read(() -> one.getAll(List.of("a", "k", "b"), this::rows).get("k"))));
        }
        all.add(threads.submit(() -> write(fleet)));
        CacheAside<String> soft = cache(CacheAsideOptions.builder(TTL)
                .softTtl(Duration.ofMillis(1))
                .jitter(0)
                .name("soft")
                .build());
        all.add(threads.submit(() -> refresh(soft)));
        for (int move = 0; move < MOVES; move++) {
            int before = answers.get();
            try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(keys.key("k")))) {
                awaitAnswers(before + 200);
                migration.moveKeys(1);
                awaitAnswers(before + 400);
                migration.finish();
            }
        }
        stop.set(true);
        for (Future<?> each : all) {
            each.get(20, TimeUnit.SECONDS);
        }
        assertThat(invalidated.get()).isGreaterThan(10 * MOVES);
        assertThat(gets("bypassed")).isZero();
        assertThat(gets("loaded")).isPositive();
        assertThat(registry.counter("redis.patterns.cacheaside.gets", "cache", "soft", "source", "bypassed")
                        .count())
                .isZero();
        assertThat(registry.counter("redis.patterns.cacheaside.refreshes.skipped", "cache", "soft")
                        .count())
                .isZero();
        assertThat(refreshed.get()).isPositive();
        assertThat(cache.get("k", key -> "none")).isIn("none", "" + database.get());
    }

    /** A load that began at one master ends at the other, and who waits for it is woken there. */
    @Test
    void aLoadOutlivesAMove() throws Exception {
        CompletableFuture<String> slow = new CompletableFuture<>();
        CompletionStage<Lookup<String>> loading = cache.lookupAsync("k", key -> slow);
        Awaitility.await().until(() -> there("k"));
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        Future<Lookup<String>> waiting = threads.submit(() -> other.lookup("k", this::load));
        Awaitility.await().until(() -> Sync.await(store().read("k")).length > CacheRecord.LEASE_BYTES);
        deployment.migrateSlot(SlotHash.getSlot(keys.key("k"))).finish();
        slow.complete("loaded");
        assertThat(Sync.<Lookup<String>>await(loading).source()).isEqualTo(Source.LOADED);
        assertThat(waiting.get(20, TimeUnit.SECONDS).value()).isEqualTo("loaded");
        assertThat(cache.lookup("k", this::load).source()).isEqualTo(Source.REDIS);
        assertThat(loads).hasValue(0);
    }

    private void read(Supplier<String> get) {
        while (!stop.get()) {
            int oldest = invalidated.get();
            assertThat(Integer.parseInt(get.get())).isBetween(oldest, database.get());
            answers.incrementAndGet();
        }
    }

    /** Of a key in the same slot, that is always stale. */
    private void refresh(CacheAside<String> soft) {
        while (!stop.get()) {
            soft.get(SAME_SLOT, key -> "" + refreshed.incrementAndGet());
        }
    }

    private void write(List<CacheAside<String>> fleet) {
        for (int i = 0; !stop.get(); i++) {
            CacheAside<String> one = fleet.get(i % fleet.size());
            int version = database.get() + 1;
            WriteOutcome outcome;
            if (i % 4 == 0) {
                database.set(version);
                outcome = one.invalidate("k");
            } else if (i % 4 == 1) {
                database.set(version);
                outcome = one.put("k", "" + version);
            } else if (i % 4 == 2) {
                outcome = one.update("k", "" + version, () -> database.set(version));
            } else {
                outcome = one.invalidateAround("k", () -> database.set(version));
            }
            assertThat(outcome).isNotEqualTo(WriteOutcome.PENDING);
            invalidated.set(version);
        }
    }

    private Map<String, String> rows(Collection<String> names) {
        return names.stream().collect(Collectors.toMap(Function.identity(), name -> "" + database.get()));
    }

    private static String sameSlot() {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "soft-" + i)
                .filter(key -> SlotHash.getSlot(key) == SlotHash.getSlot("k"))
                .findFirst()
                .orElseThrow();
    }

    private void awaitAnswers(int number) {
        Awaitility.await().until(() -> answers.get() >= number);
    }
}
