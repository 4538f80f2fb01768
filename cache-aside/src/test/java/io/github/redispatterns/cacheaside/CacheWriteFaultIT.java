package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Faults that strike between a write's claim of its key and its end, while the source of truth is being written: it is
 * written once, its caller is told what has become of the key, and nothing old stays.
 */
@RedisTest
class CacheWriteFaultIT extends CacheFaultBench {

    private final AtomicInteger commits = new AtomicInteger();

    /** FLUSHALL, another program's DEL and an eviction take the claim along; then nobody knows what else has happened. */
    @Test
    void aClaimThatIsGoneLeavesTheKeyEmpty() {
        List<Runnable> faults = List.of(() -> admin(c -> c.flushall()), () -> admin(c -> c.del(keys.key("k"))));
        for (Runnable fault : faults) {
            cache.put("k", "old");
            assertThat(cache.update("k", "new", committing(fault))).isEqualTo(WriteOutcome.REMOVED);
            assertThat(there("k")).isFalse();
            cache.put("k", "old");
            assertThat(cache.invalidateAround("k", committing(fault))).isEqualTo(WriteOutcome.REMOVED);
            assertThat(there("k")).isFalse();
        }
        assertThat(commits).hasValue(4);
    }

    @Test
    void connectionsThatAreKilledAreReplaced() {
        for (String key : List.of("k", "k2")) {
            cache.put(key, "old");
            Writer writer = committing(deployment::dropClients);
            WriteOutcome outcome =
                    key.equals("k") ? hasty.update(key, "new", writer) : hasty.invalidateAround(key, writer);
            assertThat(hasty.lookup(key, name -> "new").value())
                    .as("after %s", outcome)
                    .isEqualTo("new");
            Awaitility.await().until(() -> gauge("removals.pending") == 0);
            assertThat(cache.get(key, name -> "new")).as("after %s", outcome).isEqualTo("new");
        }
        assertThat(commits).hasValue(2);
    }

    /** The value was sent and may be stored later, after the caller was told that its removal is pending. */
    @Test
    void aFreezeCostsTheTimeoutAndIsMadeUpForLater() throws Exception {
        cache.put("k", "old");
        hasty.get("warm-up", this::load);
        try {
            assertThat(timed(() -> assertThat(hasty.update("k", "new", committing(master()::pause)))
                            .isEqualTo(WriteOutcome.PENDING)))
                    .isLessThan(
                            TIMEOUT.plusMillis(100).plus(NOISE).plus(NOISE)); // finding the master takes its time too
            assertThat(hasty.lookup("k", key -> "new").value()).isEqualTo("new");
        } finally {
            deployment.nodes().forEach(node -> node.resume());
        }
        Awaitility.await().atMost(RECOVERY).until(() -> hastily("removals", "state", "done") == 1);
        assertThat(cache.get("k", key -> "newest")).isEqualTo("newest"); // removed, although it would have been right
        assertThat(commits).hasValue(1);
        assertThat(lost).isEmpty();
    }

    /** Removing needs no memory. */
    @Test
    void aServerThatHasBecomeFullLeavesTheKeyEmpty() {
        cache.put("k", "old");
        MemoryLimit[] full = new MemoryLimit[1];
        try {
            assertThat(cache.update("k", "new", committing(() -> full[0] = deployment.fillMemory())))
                    .isEqualTo(WriteOutcome.REMOVED);
            assertThat(there("k")).isFalse();
        } finally {
            full[0].close();
        }
        assertThat(commits).hasValue(1);
    }

    /** The scripts that end the write are sent anew. */
    @Test
    void forgottenScriptsAreNotNoticed() {
        assertThat(cache.update("k", "new", committing(deployment::flushScripts)))
                .isEqualTo(WriteOutcome.STORED);
        assertThat(cache.invalidateAround("k", committing(deployment::flushScripts)))
                .isEqualTo(WriteOutcome.REMOVED);
        assertThat(there("k")).isFalse();
    }

    private Writer committing(Runnable fault) {
        return () -> {
            commits.incrementAndGet();
            fault.run();
        };
    }
}
