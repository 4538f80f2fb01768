package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Faults of a Redis that forgets, is full, refuses writes or ends connections; and clients that die. A cut reply is in
 * {@link RateLostReplyIT}, a Redis that does not answer in {@link RateOutageIT}, a restart in {@link RateRestartIT},
 * another master in {@link RateTopologyIT}, a moving slot in {@link RateMigrationIT}, a clock that is set back in
 * {@link GrantsIT}. A client that is paused has nothing that could run out meanwhile.
 */
@RedisTest
class RateFaultIT extends RateFaultFixture {

    @ParameterizedTest
    @EnumSource
    void scriptFlushBetweenAllSteps(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, TEN);
        for (int left = 9; left >= 0; left--) {
            deployment.flushScripts();
            assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(left);
            deployment.flushScripts();
            assertThat(limiter.peek("ada").remaining()).isEqualTo(left);
        }
        deployment.flushScripts();
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
    }

    /** What was taken is forgotten, as stated; a remembered refusal is not older than it may be. */
    @ParameterizedTest
    @EnumSource
    void flushAllForgetsWhatWasTaken(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
        admin(key(algorithm, "ada"), c -> c.flushall());
        user.recreate();
        Awaitility.await()
                .atMost(RateLimiterOptions.defaults().denyFor().plus(NOISE))
                .until(() -> limiter.tryAcquire("ada").allowed());
        assertThat(limiter.peek("ada").remaining()).isEqualTo(9);
    }

    /** Whoever is hit by it is told, or asked again on a new connection; no permit is taken twice. */
    @Test
    void allConnectionsAreKilled() {
        RateLimiter limiter = hasty(Algorithm.GCRA, TEN, Fallback.fail());
        for (int left = 9; left > 5; left--) {
            deployment.dropClients();
            awaitBack(limiter, "ada", RECOVERY);
            assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(left);
        }
    }

    /** Asked for in vain, and carried out later, once. */
    @Test
    void pausedWritesFailInTime() throws Exception {
        RateLimiter limiter = hasty(Algorithm.GCRA, TEN, Fallback.fail());
        RateLimiter open = hasty(Algorithm.GCRA, TEN, Fallback.open());
        whileWritesArePaused(() -> {
            assertThat(timed(() ->
                            assertThatThrownBy(() -> limiter.tryAcquire("ada")).isInstanceOf(PatternsException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThat(open.tryAcquire("ada").degraded()).isTrue()))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThat(open.tryAcquire("ada").degraded()).isTrue()))
                    .isLessThan(NOISE);
        });
        awaitBack(limiter, "ada", INTERVAL.plus(NOISE));
        awaitBack(open, "ada", INTERVAL.plus(NOISE));
        assertThat(limiter.peek("ada").remaining()).isEqualTo(8);
    }

    /** It answers at once, so nothing is left alone; and what is refused for lack of memory took nothing. */
    @ParameterizedTest
    @EnumSource
    void aFullServerIsAnErrorOrDegraded(Algorithm algorithm) {
        RateLimiter failing = hasty(algorithm, TEN, Fallback.fail());
        RateLimiter closed = hasty(algorithm, TEN, Fallback.closed());
        assertThat(failing.tryAcquire("ada", 3).allowed()).isTrue();
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            for (String id : new String[] {"ada", "eva"}) {
                assertThatThrownBy(() -> failing.tryAcquire(id))
                        .isInstanceOf(RedisCommandExecutionException.class)
                        .hasMessageStartingWith("OOM");
                Decision decision = closed.tryAcquire(id);
                assertThat(decision.degraded()).isTrue();
                assertThat(decision.allowed()).isFalse();
            }
            failing.reset("eva");
        }
        assertThat(closed.tryAcquire("ada").degraded()).isFalse();
        assertThat(closed.peek("ada").remaining()).isEqualTo(6);
        assertThat(closed.peek("eva").remaining()).isEqualTo(10);
        assertThat(counted("outages", Fallback.closed())).isZero();
    }

    /** Stated: what was evicted is forgotten. */
    @Test
    void anEvictedLimitBeginsAnew() {
        RateLimiter limiter = hasty(Algorithm.GCRA, TEN, Fallback.fail());
        String key = key(Algorithm.GCRA, "ada");
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        try (MemoryLimit restored = deployment.fillMemory()) {
            assertThat(restored).isNotNull();
            admin(key, c -> c.configSet("maxmemory-policy", "allkeys-random"));
            String beside = keys(Algorithm.GCRA).key("ada", "beside"); // in the same slot
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> {
                try {
                    admin(key, c -> c.set(beside, "evicts", SetArgs.Builder.px(1_000)));
                } catch (RedisCommandExecutionException full) {
                    assertThat(full).hasMessageStartingWith("OOM");
                }
                return admin(key, c -> c.exists(key)) == 0;
            });
        }
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(9);
    }

    /** Its end of the connection is closed in the midst of things; it holds nothing that somebody has to give back. */
    @ParameterizedTest
    @EnumSource
    void aClientThatDiesLeavesAtMostWhatItAskedFor(Algorithm algorithm) {
        Redis handle = Handles.open(deployment, user, RedisOptions.builder());
        RateLimiter dying = RateLimiter.create(handle, keys(algorithm), algorithm, TEN);
        dying.tryAcquire("ada");
        for (int i = 0; i < 4; i++) {
            dying.tryAcquireAsync("ada");
        }
        handle.close();
        dying.close();
        RateLimiter limiter = limiter(algorithm, TEN);
        assertThat(limiter.peek("ada").remaining()).isBetween(5L, 9L);
        String key = key(algorithm, "ada");
        long ttl = admin(key, c -> c.pttl(key));
        assertThat(ttl).isBetween(1L, MINUTE.multipliedBy(2).toMillis() + 1);
    }

    @Test
    void aHalfOpenLinkIsDegradedInTimeAndLeftAgain() throws Exception {
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis handle = Handles.open(
                        deployment,
                        user,
                        RedisOptions.builder().commandTimeout(TIMEOUT).clientResources(proxies.clientResources()));
                RateLimiter behind = RateLimiter.create(
                        handle,
                        keys(Algorithm.GCRA),
                        Algorithm.GCRA,
                        TEN,
                        RateLimiterOptions.builder()
                                .whenDown(Fallback.open())
                                .probeInterval(INTERVAL)
                                .build())) {
            assertThat(behind.tryAcquire("ada").degraded()).isFalse();
            proxies.halfOpen();
            assertThat(timed(() ->
                            assertThat(behind.tryAcquire("ada").degraded()).isTrue()))
                    .isLessThan(IN_TIME);
            assertThat(timed(() ->
                            assertThat(behind.tryAcquire("ada").degraded()).isTrue()))
                    .isLessThan(NOISE);
            proxies.restore();
            awaitBack(behind, "ada", RECOVERY);
            assertThat(behind.tryAcquire("ada").remaining()).isBetween(7L, 8L);
        }
    }

    /** As one does that was demoted. STANDALONE alone has nobody who would mend it. */
    @Test
    void aServerThatRefusesWritesIsATypedErrorOrDegraded() throws Exception {
        if (deployment.topology() != Topology.STANDALONE) {
            aReplicaTakenForAMasterGrantsNothing();
            return;
        }
        RateLimiter failing = hasty(Algorithm.GCRA, TEN, Fallback.fail());
        RateLimiter closed = hasty(Algorithm.GCRA, TEN, Fallback.closed());
        String key = key(Algorithm.GCRA, "ada");
        assertThat(failing.tryAcquire("ada", 3).allowed()).isTrue();
        admin(key, c -> c.replicaof("127.0.0.1", 1)); // nobody is there
        try {
            assertThat(timed(() -> assertThatThrownBy(() -> failing.tryAcquire("ada"))
                            .isInstanceOf(NotExecutedException.class)))
                    .isLessThan(IN_TIME);
            assertThat(closed.tryAcquire("ada").degraded()).isTrue();
        } finally {
            admin(key, c -> c.replicaofNoOne());
        }
        awaitBack(failing, "ada", INTERVAL.plus(NOISE));
        awaitBack(closed, "ada", INTERVAL.plus(NOISE));
        assertThat(failing.tryAcquire("ada").remaining()).isEqualTo(6);
    }

    private void aReplicaTakenForAMasterGrantsNothing() throws Exception {
        String replica = deployment.nodes().stream()
                .filter(node -> deployment.masters().stream().noneMatch(node::equals))
                .findFirst()
                .orElseThrow()
                .uri();
        String mine = user.uri().substring(user.uri().indexOf("://"), user.uri().indexOf('@') + 1);
        try (Redis misled = Redis.connect(
                        replica.replace("://", mine),
                        RedisOptions.builder().commandTimeout(TIMEOUT).build());
                RateLimiter one = RateLimiter.create(misled, keys(Algorithm.GCRA), Algorithm.GCRA, TEN)) {
            assertThat(timed(() ->
                            assertThatThrownBy(() -> one.tryAcquire("ada")).isInstanceOf(PatternsException.class)))
                    .isLessThan(IN_TIME);
        }
        assertThat(limiter(Algorithm.GCRA, TEN).peek("ada").remaining()).isEqualTo(10);
    }
}
