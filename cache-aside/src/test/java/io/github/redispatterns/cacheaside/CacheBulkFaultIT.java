package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Faults that strike while many keys are being read: each key is loaded once, and every value reaches the caller. */
@RedisTest
class CacheBulkFaultIT extends CacheFaultBench {

    /** On a Cluster of three masters each has some of them. */
    private static final List<String> NAMES =
            IntStream.range(0, 20).mapToObj(i -> i == 0 ? "k" : "k" + i).toList();

    private final Queue<String> loaded = new ConcurrentLinkedQueue<>();

    @Test
    void scriptFlushBetweenTheSteps() {
        deployment.flushScripts();
        assertThat(cache.getAll(NAMES, loading(deployment::flushScripts))).isEqualTo(values());
        assertThat(cache.getAll(NAMES, this::loadAll)).isEqualTo(values());
        assertThat(loaded).containsExactlyInAnyOrderElementsOf(NAMES);
    }

    @Test
    void flushAllDuringTheLoadDiscardsAllOfIt() {
        Runnable flush = () -> deployment.masters().forEach(node -> node.call(c -> c.flushall()));
        assertThat(cache.getAll(NAMES, loading(flush))).isEqualTo(values());
        assertThat(loads("discarded")).isEqualTo(NAMES.size());
        assertThat(NAMES).noneMatch(this::there);
    }

    @Test
    void anInvalidationDuringTheLoadDiscardsItsKeyOnly() {
        assertThat(cache.getAll(NAMES, loading(() -> cache.invalidate("k7")))).isEqualTo(values());
        assertThat(loads("discarded")).isEqualTo(1);
        assertThat(NAMES).filteredOn(name -> !there(name)).containsExactly("k7");
    }

    @Test
    void connectionsThatAreKilledDuringTheLoadAreReplaced() {
        assertThat(cache.getAll(NAMES, loading(deployment::dropClients))).isEqualTo(values());
        assertThat(loaded).containsExactlyInAnyOrderElementsOf(NAMES);
        Awaitility.await().until(() -> cache.getAll(NAMES, this::loadAll).equals(values()));
    }

    /** Of a Cluster's masters one; what the others hold is stored and found all the same. */
    @Test
    void aFreezeDuringTheLoadCostsTheTimeout() throws Exception {
        hasty.getAll(List.of("warm-up"), this::loadAll);
        loaded.clear();
        Duration inTime = TIMEOUT.plusMillis(100).plus(NOISE);
        try {
            assertThat(timed(() -> assertThat(hasty.getAll(NAMES, loading(master()::pause)))
                            .isEqualTo(values())))
                    .isLessThan(inTime.plus(NOISE)); // finding the master takes its time too
            assertThat(loaded).containsExactlyInAnyOrderElementsOf(NAMES);
            assertThat(hastyLoads("miss", "fill-failed")).isPositive();
            assertThat(timed(
                            () -> assertThat(hasty.getAll(NAMES, this::loadAll)).isEqualTo(values())))
                    .isLessThan(inTime);
        } finally {
            deployment.nodes().forEach(node -> node.resume());
        }
        awaitHit("k", RECOVERY);
    }

    @Test
    void whatHasBecomeFullStoresNothing() {
        MemoryLimit[] full = new MemoryLimit[1];
        try {
            assertThat(cache.getAll(NAMES, loading(() -> full[0] = deployment.fillMemory())))
                    .isEqualTo(values());
            assertThat(loads("fill-failed")).isEqualTo(NAMES.size());
        } finally {
            full[0].close();
        }
        assertThat(loaded).containsExactlyInAnyOrderElementsOf(NAMES);
    }

    /** Its leases have ended, and another has loaded a newer value meanwhile. */
    @Test
    void aLoadThatIsPausedLongerThanItsLeasesStoresNothing() {
        CacheAside<String> brief =
                hasty(options().leaseTime(Duration.ofMillis(200)).build());
        CompletableFuture<Map<String, String>> paused = new CompletableFuture<>();
        CompletionStage<Map<String, String>> late = brief.getAllAsync(NAMES, names -> {
            loaded.addAll(names); // it has all leases, which may have ended by the time that anybody looks
            return paused;
        });
        Awaitility.await().until(() -> loaded.size() == NAMES.size());
        assertThat(cache.getAll(NAMES, this::loadAll)).isEqualTo(values());
        paused.complete(NAMES.stream().collect(Collectors.toMap(name -> name, name -> "old")));
        assertThat(Sync.<Map<String, String>>await(late).values()).containsOnly("old");
        assertThat(hastyLoads("miss", "discarded")).isEqualTo(NAMES.size());
        assertThat(cache.getAll(NAMES, this::loadAll)).isEqualTo(values());
    }

    private BulkLoader<String> loading(Runnable fault) {
        return names -> {
            fault.run();
            return loadAll(names);
        };
    }

    private Map<String, String> loadAll(Set<String> names) {
        loaded.addAll(new ArrayList<>(names));
        return names.stream().collect(Collectors.toMap(name -> name, name -> "value of " + name));
    }

    private static Map<String, String> values() {
        return NAMES.stream().collect(Collectors.toMap(name -> name, name -> "value of " + name));
    }
}
