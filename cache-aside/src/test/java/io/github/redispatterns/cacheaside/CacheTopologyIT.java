package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Another master takes over: Sentinel's promotion, a Cluster's master that is stopped, an old master that was isolated.
 * No read fails meanwhile. Replication is asynchronous, so what the old master alone knew may be gone; what was written
 * after the change holds. STANDALONE has nobody who could take over.
 */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class CacheTopologyIT extends CacheFaultBench {

    @Test
    void aPromotionDuringALoadFailsNobody() {
        cache.put("k2", "here");
        Lookup<String> loaded = hasty.lookup("k", key -> {
            deployment.failover();
            return load(key);
        });
        assertThat(loaded.value()).isEqualTo("value 1");
        assertThat(loaded.source()).isIn(Source.LOADED, Source.DISCARDED);
        awaitHit("k", RECOVERY);
        awaitHit("k2", RECOVERY);
        whatIsWrittenNowHolds();
    }

    @Test
    void aDeadMasterIsLeftAndPendingRemovalsReachTheNewOne() {
        cache.put("k", "old");
        awaitReplicas();
        RedisNode dead = master();
        dead.kill9();
        WriteOutcome outcome = hasty.invalidate("k");
        assertThat(hasty.lookup("k", key -> "new").value()).isEqualTo("new");
        awaitHit("k", RECOVERY); // on the way no look has failed
        assertThat(master().port()).isNotEqualTo(dead.port());
        assertThat(hasty.get("k", this::load)).as("after %s", outcome).startsWith("value");
        assertThat(gauge("removals.pending")).isZero();
        assertThat(lost).isEmpty();
        whatIsWrittenNowHolds();
    }

    /** It still has the old entry, and may be asked again before it knows that it has been replaced. */
    @Test
    void anOldMasterThatWasIsolatedBringsNothingBack() {
        cache.put("k", "old");
        awaitReplicas();
        RedisNode isolated = master();
        isolated.pause();
        try {
            awaitHit("k", RECOVERY);
            assertThat(master().port()).isNotEqualTo(isolated.port());
            Awaitility.await().atMost(RECOVERY).until(() -> hasty.put("k", "new") == WriteOutcome.STORED);
        } finally {
            isolated.resume();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(hasty.get("k", key -> "new")).isEqualTo("new");
        }
        deployment.heal();
        assertThat(hasty.get("k", key -> "new")).isEqualTo("new");
        Awaitility.await()
                .atMost(RECOVERY)
                .untilAsserted(() -> assertThat(cache.get("k", key -> "new")).isEqualTo("new"));
        whatIsWrittenNowHolds();
    }

    private void whatIsWrittenNowHolds() {
        Awaitility.await().atMost(RECOVERY).until(() -> hasty.invalidate("k") == WriteOutcome.REMOVED);
        assertThat(hasty.get("k", key -> "after")).isEqualTo("after");
        Awaitility.await()
                .atMost(RECOVERY)
                .untilAsserted(() -> assertThat(cache.get("k", key -> "after")).isEqualTo("after"));
    }

    /** So that the new master has what the test is about. */
    private void awaitReplicas() {
        long replicas =
                master().call(c -> c.waitForReplication(1, Duration.ofSeconds(5).toMillis()));
        assertThat(replicas).isPositive();
    }
}
