package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Another master takes over: a promotion, a master that is stopped, an old one that was isolated. Replication is
 * asynchronous, so what the old master alone knew may be gone, and is granted once more. STANDALONE has nobody who could
 * take over.
 */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class RateTopologyIT extends RateFaultFixture {

    private static final Limit SLOW = Limit.of(10, Duration.ofHours(10));
    private static final String KEY_OF = "ada";

    @Test
    void aPromotionKeepsWhatWasReplicated() {
        RateLimiter limiter = hasty(Algorithm.SLIDING_WINDOW_LOG, SLOW, Fallback.closed());
        assertThat(limiter.tryAcquire(KEY_OF, 4).remaining()).isEqualTo(6);
        awaitReplicas();
        promoteAnother();
        awaitBack(limiter, KEY_OF, RECOVERY);
        assertThat(limiter.tryAcquire(KEY_OF).remaining()).isEqualTo(5);
    }

    /** Meanwhile the stand-in decides; and no caller waits for the new master. */
    @Test
    void aDeadMasterIsReplacedAndThenDecides() {
        RateLimiter limiter = hasty(Algorithm.GCRA, SLOW, Fallback.closed());
        assertThat(limiter.tryAcquire(KEY_OF, 4).remaining()).isEqualTo(6);
        awaitReplicas();
        RedisNode dead = master();
        dead.kill9();
        untilReplaced(limiter, dead);
        assertThat(limiter.tryAcquire(KEY_OF).remaining()).isEqualTo(5);
    }

    /** While it was away others have decided; it knows nothing better when it is back. */
    @Test
    void anOldMasterThatWasIsolatedTakesNothingBack() {
        RateLimiter limiter = hasty(Algorithm.GCRA, SLOW, Fallback.closed());
        assertThat(limiter.tryAcquire(KEY_OF, 4).remaining()).isEqualTo(6);
        awaitReplicas();
        RedisNode isolated = master();
        isolated.pause();
        try {
            untilReplaced(limiter, isolated);
            assertThat(limiter.tryAcquire(KEY_OF, 3).remaining()).isEqualTo(3);
        } finally {
            isolated.resume();
        }
        deployment.heal();
        awaitBack(limiter, KEY_OF, RECOVERY);
        assertThat(limiter.peek(KEY_OF).remaining()).isEqualTo(3);
    }

    private void untilReplaced(RateLimiter limiter, RedisNode old) {
        long[] slow = {0};
        Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(RECOVERY).until(() -> {
            long began = System.nanoTime();
            boolean degraded = limiter.peek(KEY_OF).degraded();
            long took = System.nanoTime() - began;
            assertThat(Duration.ofNanos(took)).isLessThan(IN_TIME);
            slow[0] += took > TIMEOUT.toNanos() / 2 ? 1 : 0;
            return !degraded && master().port() != old.port();
        });
        assertThat(slow[0]).as("calls that waited").isLessThan(10);
        assertThat(counted("outages", Fallback.closed())).isPositive();
    }

    private RedisNode master() {
        return deployment.masterOf(key(Algorithm.GCRA, KEY_OF));
    }

    private void awaitReplicas() {
        deployment
                .masters()
                .forEach(node -> assertThat(node.<Long>call(c ->
                                c.waitForReplication(1, Duration.ofSeconds(5).toMillis())))
                        .isPositive());
    }

    /** Of the very master that holds the key. */
    private void promoteAnother() {
        String key = key(Algorithm.SLIDING_WINDOW_LOG, KEY_OF);
        RedisNode old = deployment.masterOf(key);
        deployment.failover(); // of a Cluster's first master
        if (deployment.masterOf(key).equals(old)) {
            RedisNode replica = deployment.nodes().stream()
                    .filter(node -> {
                        List<Object> role = node.call(c -> c.role());
                        return role.get(0).equals("slave") && role.get(2).equals((long) old.port());
                    })
                    .findFirst()
                    .orElseThrow();
            replica.call(c -> c.clusterFailover(true, true)); // without a vote, which is not given twice within seconds
            Awaitility.await().until(() -> !deployment.masterOf(key).equals(old));
        }
        // Until it knows that it has been replaced it goes on granting what nobody else knows of.
        Awaitility.await()
                .atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(RedisException.class) // Sentinel closes its connections
                .until(() -> old.call(c -> c.role()).get(0).equals("slave"));
    }
}
