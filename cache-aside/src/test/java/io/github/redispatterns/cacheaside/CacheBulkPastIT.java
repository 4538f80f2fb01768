package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Redis answers the look at many keys, and then does not give their leases: they are loaded past it together. */
@RedisTest
class CacheBulkPastIT extends CacheFaultBench {

    private static final List<String> NAMES =
            IntStream.range(0, 100).mapToObj(i -> "k" + i).toList();

    private final Queue<Set<String>> calls = new ConcurrentLinkedQueue<>();

    @Test
    void whatAFullServerRefusesTheLeasesOfIsLoadedInOneCall() {
        MemoryLimit full = deployment.fillMemory();
        try (full) {
            assertThat(hasty.getAll(NAMES, this::loadAll)).isEqualTo(values());
        }
        assertThat(calls).containsExactly(Set.copyOf(NAMES));
        assertThat(hastily("gets", "source", "bypassed")).isEqualTo(NAMES.size());
    }

    @Test
    void alsoByAnAsyncLoader() {
        MemoryLimit full = deployment.fillMemory();
        try (full) {
            assertThat(Sync.<Map<String, String>>await(
                            hasty.getAllAsync(NAMES, missing -> CompletableFuture.supplyAsync(() -> loadAll(missing)))))
                    .isEqualTo(values());
        }
        assertThat(calls).containsExactly(Set.copyOf(NAMES));
    }

    /** The look is answered; the scripts are not, nor what is sent after them. */
    @Test
    void whatFallsSilentAfterTheLookIsLoadedInOneCall() throws Exception {
        whileWritesArePaused(() -> {
            assertThat(timed(
                            () -> assertThat(hasty.getAll(NAMES, this::loadAll)).isEqualTo(values())))
                    .isLessThan(TIMEOUT.multipliedBy(2).plus(NOISE));
            assertThat(calls).containsExactly(Set.copyOf(NAMES));
        });
    }

    /** One turn, though there is room for a few only. */
    @Test
    void theyTakeOneTurnTogether() {
        CacheAside<String> narrow = hasty(options().maxBypassLoads(1).build());
        CompletableFuture<String> gate = new CompletableFuture<>();
        MemoryLimit full = deployment.fillMemory();
        try (full) {
            CompletionStage<String> other = narrow.getAsync("other", key -> {
                loads.incrementAndGet();
                return gate;
            });
            Awaitility.await().until(() -> loads.get() == 1);
            CompletionStage<Map<String, String>> all =
                    narrow.getAllAsync(NAMES, missing -> CompletableFuture.completedFuture(loadAll(missing)));
            Awaitility.await().until(() -> gauge("bypass.waiting") == 1);
            gate.complete("value of other");
            assertThat(Sync.<Map<String, String>>await(all)).isEqualTo(values());
            assertThat(Sync.<String>await(other)).isEqualTo("value of other");
        }
        assertThat(calls).containsExactly(Set.copyOf(NAMES));
    }

    @Test
    void whereNoLoadMayPassTheReadFails() {
        CacheAside<String> strict = hasty(options().maxBypassLoads(0).build());
        MemoryLimit full = deployment.fillMemory();
        try (full) {
            assertThatThrownBy(() -> strict.getAll(NAMES, this::loadAll)).hasMessageStartingWith("OOM");
        }
        assertThat(calls).isEmpty();
        assertThat(strict.getAll(NAMES, this::loadAll)).isEqualTo(values());
    }

    @Test
    void aLoaderThatFailsFailsTheRead() {
        IllegalStateException down = new IllegalStateException("the database is down");
        MemoryLimit full = deployment.fillMemory();
        try (full) {
            assertThatThrownBy(() -> hasty.getAll(NAMES, missing -> {
                        calls.add(Set.copyOf(missing));
                        throw down;
                    }))
                    .isSameAs(down);
            assertThat(calls).hasSize(1);
            assertThat(hasty.getAll(NAMES, this::loadAll)).isEqualTo(values()); // its turn was given back
        }
    }

    /** Those that another process loads, when Redis falls silent: together as far as they wait for a turn together. */
    @Test
    void thoseThatHaveWaitedForAnotherProcessShareTheirTurns() throws Exception {
        NAMES.forEach(name -> Sync.await(store().lease(name, CacheRecord.newId(), TTL)));
        CompletableFuture<String> gate = new CompletableFuture<>();
        CompletionStage<Map<String, String>> all =
                hasty.getAllAsync(NAMES, missing -> gate.thenApply(opened -> loadAll(missing)));
        Awaitility.await().until(() -> hastily("waits", "scope", "remote") == NAMES.size());
        try {
            deployment.masters().forEach(node -> node.pause());
            Awaitility.await() // until all have looked once more, and found nobody
                    .during(Duration.ofMillis(250).plus(TIMEOUT.multipliedBy(2)))
                    .until(() -> gauge("bypass.waiting") == 1);
            gate.complete("now");
            assertThat(all.toCompletableFuture().get(10, TimeUnit.SECONDS)).isEqualTo(values());
        } finally {
            deployment.nodes().forEach(node -> node.resume());
        }
        assertThat(calls.size()).isLessThanOrEqualTo(1 + MAX_BYPASS);
        assertThat(calls.stream().mapToInt(Set::size).sum()).isEqualTo(NAMES.size());
        NAMES.forEach(cache::invalidate);
    }

    private Map<String, String> loadAll(Set<String> missing) {
        calls.add(Set.copyOf(missing));
        return missing.stream().collect(Collectors.toMap(name -> name, name -> "value of " + name));
    }

    private static Map<String, String> values() {
        return NAMES.stream().collect(Collectors.toMap(name -> name, name -> "value of " + name));
    }
}
