package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.KillArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Another master takes over: Sentinel's promotion, a Cluster's master that is stopped, an old master that was isolated.
 * No read fails meanwhile. Replication is asynchronous, so what the old master alone knew may be gone; what was written
 * after the change holds. STANDALONE has nobody who could take over.
 */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class CacheTopologyIT extends CacheFaultBench {

    /** A load, another process that waits for it, and a write are under way meanwhile. */
    @Test
    void aPromotionFailsNobody() throws Exception {
        String beside = besideK();
        cache.put("k2", "here");
        CompletableFuture<String> commit = new CompletableFuture<>();
        CompletionStage<WriteOutcome> update = hasty.updateAsync(beside, "new", () -> commit);
        List<Future<String>> waiting = new ArrayList<>();
        Lookup<String> loaded = hasty.lookup("k", key -> {
            waiting.add(threads.submit(() -> cache.get("k", this::load)));
            Awaitility.await().until(() -> waits("remote") == 1);
            ServerFaults.promoteAnother(deployment, keys.key("k"));
            return load(key);
        });
        commit.complete("done");
        assertThat(loaded.value()).startsWith("value ");
        assertThat(loaded.source()).isIn(Source.LOADED, Source.DISCARDED);
        assertThat(waiting.get(0).get(10, TimeUnit.SECONDS)).startsWith("value ");
        assertThat(Sync.<WriteOutcome>await(update)).isNotNull();
        assertThat(hasty.getAll(List.of("k", "k2", "k3"), names -> constant(names, "past")))
                .hasSize(3);
        awaitHit("k", RECOVERY);
        awaitHit("k2", RECOVERY);
        Awaitility.await().atMost(RECOVERY).until(() -> gauge("removals.pending") == 0);
        assertThat(hasty.get(beside, key -> "new")).isEqualTo("new");
        whatIsWrittenNowHolds();
    }

    /**
     * What it had acknowledged and its replicas had not heard of is lost: so may an invalidation be, and then the old
     * entry is served until its time to live ends.
     */
    @Test
    void aDeadMasterIsLeftAndPendingRemovalsReachTheNewOne() {
        String forgotten = besideK();
        cache.put(forgotten, "old");
        cache.put("k", "old");
        awaitReplicas();
        RedisNode dead = master();
        cutOffReplicas(dead, () -> {
            assertThat(cache.invalidate(forgotten)).isEqualTo(WriteOutcome.REMOVED);
            dead.kill9();
        });
        WriteOutcome outcome = hasty.invalidate("k");
        assertThat(hasty.lookup("k", key -> "new").value()).isEqualTo("new");
        awaitHit("k", RECOVERY); // on the way no look has failed
        assertThat(master().port()).isNotEqualTo(dead.port());
        assertThat(hasty.get("k", this::load)).as("after %s", outcome).startsWith("value");
        assertThat(gauge("removals.pending")).isZero();
        assertThat(lost).isEmpty();
        assertThat(hasty.get(forgotten, this::load)).isEqualTo("old");
        assertThat(pttl(forgotten)).isBetween(1L, TTL.toMillis());
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

    /** Frozen, and without the links over which they would still hear what the master does. */
    private void cutOffReplicas(RedisNode master, Runnable work) {
        List<RedisNode> replicas = deployment.nodes().stream()
                .filter(node -> deployment.masters().stream().noneMatch(node::equals))
                .toList();
        replicas.forEach(RedisNode::pause);
        try {
            master.<Long>call(c -> c.clientKill(KillArgs.Builder.typeSlave()));
            work.run();
        } finally {
            replicas.forEach(RedisNode::resume);
        }
    }

    private static Map<String, String> constant(Set<String> names, String value) {
        return names.stream().collect(Collectors.toMap(name -> name, name -> value));
    }
}
