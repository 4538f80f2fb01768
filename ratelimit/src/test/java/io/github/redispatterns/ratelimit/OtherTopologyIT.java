package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Another master takes over, with several limits and slots in it: a promotion, a master that is stopped, an old one that
 * was isolated. What was replicated stays taken. STANDALONE has nobody who could take over.
 */
@RedisTest(topologies = {Topology.SENTINEL, Topology.CLUSTER})
class OtherTopologyIT extends OtherFaultFixture {

    private CompositeRateLimiter limiter;
    private ConcurrencyLimiter slots;
    /** In the master that a promotion replaces. */
    private String id;

    private Slot held;

    private void taken() {
        limiter = several(Fallback.closed());
        slots = slots(2);
        RedisNode first = deployment.masters().get(0);
        id = Stream.iterate(0, i -> i + 1)
                .map(i -> "id" + i)
                .filter(each -> deployment.masterOf(keys.key(each)).equals(first))
                .findFirst()
                .orElseThrow();
        assertThat(limiter.tryAcquire(Map.of("id", id), 10).remaining()).isEqualTo(40);
        held = slots.tryAcquire(id).slot().orElseThrow();
        first.<Long>call(c -> c.waitForReplication(1, Duration.ofSeconds(5).toMillis()));
    }

    @Test
    void aPromotionKeepsWhatWasReplicated() {
        taken();
        RedisNode old = master();
        deployment.failover();
        assertThat(master()).isNotEqualTo(old);
        // Until it knows that it has been replaced it goes on granting what nobody else knows of.
        Awaitility.await()
                .atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(RedisException.class) // Sentinel closes its connections
                .until(() -> old.call(c -> c.role()).get(0).equals("slave"));
        isThere(10, 1);
    }

    /** Meanwhile the stand-in decides; and no caller waits for the new master. */
    @Test
    void aDeadMasterIsReplacedAndThenDecides() {
        taken();
        RedisNode dead = master();
        dead.kill9();
        untilReplaced(dead);
        isThere(10, 1);
    }

    /** While it was away others have decided; it knows nothing better when it is back. */
    @Test
    void anOldMasterThatWasIsolatedTakesNothingBack() {
        taken();
        RedisNode isolated = master();
        isolated.pause();
        try {
            untilReplaced(isolated);
            isThere(10, 1);
        } finally {
            isolated.resume();
        }
        deployment.heal();
        isThere(11, 0);
    }

    /** So much was taken of the limits, and so many slots are left; then one more of each. */
    private void isThere(int taken, int left) {
        Map<String, String> ids = Map.of("id", id);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(RECOVERY)
                .until(() -> !limiter.peek(ids).degraded());
        awaitBack(held, RECOVERY);
        assertThat(limiter.tryAcquire(ids).limits())
                .extracting(LimitState::remaining)
                .containsExactly(99L - taken, 49L - taken);
        assertThat(held.extend()).isTrue();
        SlotDecision next = slots.tryAcquire(id);
        assertThat(next.allowed()).isEqualTo(left > 0);
    }

    private void untilReplaced(RedisNode old) {
        long[] slow = {0};
        Map<String, String> ids = Map.of("id", id);
        Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(RECOVERY).until(() -> {
            long began = System.nanoTime();
            boolean degraded = limiter.peek(ids).degraded();
            slow[0] += isSlow(began);
            began = System.nanoTime();
            boolean extended = extended();
            slow[0] += isSlow(began);
            return !degraded && extended && master().port() != old.port();
        });
        assertThat(slow[0]).as("calls that waited").isLessThan(20);
        assertThat(counted("outages", Fallback.closed())).isPositive();
    }

    private boolean extended() {
        try {
            return held.extend();
        } catch (PatternsException e) {
            return false;
        }
    }

    private static int isSlow(long began) {
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertThat(took).isLessThan(IN_TIME);
        return took.compareTo(TIMEOUT.dividedBy(2)) > 0 ? 1 : 0;
    }

    private RedisNode master() {
        return deployment.masterOf(keys.key(id));
    }
}
