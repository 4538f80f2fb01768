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
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Faults under several limits, and under slots. A cut reply is in {@link OtherLostReplyIT}, a Redis that does not answer in
 * {@link CompositeOutageIT} and {@link SlotOutageIT}, a restart in {@link OtherRestartIT}, another master in
 * {@link OtherTopologyIT}, one that refuses
 * writes in {@link OtherReadOnlyIT}, a moving slot in {@link CompositeMigrationIT}, a clock that is set back in
 * {@link CompositeModelIT} and {@link SlotModelIT}.
 */
@RedisTest
class OtherFaultIT extends OtherFaultFixture {

    private CompositeRateLimiter limiter;
    private ConcurrencyLimiter slots;

    @BeforeEach
    void openBoth() {
        limiter = closing(CompositeRateLimiter.builder(redis, keys)
                .limit(NamedLimit.of("gcra", Algorithm.GCRA, Limit.of(10, Duration.ofDays(1))))
                .limit(NamedLimit.of("window", Algorithm.FIXED_WINDOW, Limit.of(20, Duration.ofDays(1))))
                .build());
        slots = ConcurrencyLimiter.create(redis, keys.child("slots"), 2, Duration.ofMinutes(5));
    }

    /** What takes memory is refused as a whole; what gives it back, or keeps it, goes on. */
    @Test
    void aRedisThatIsFullChargesNothing() {
        Slot held = slots.tryAcquire("ada").slot().orElseThrow();
        assertThat(limiter.tryAcquire(ADA, 3).remaining()).isEqualTo(7);
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            for (String id : new String[] {"ada", "eva"}) {
                assertThatThrownBy(() -> limiter.tryAcquire(Map.of("id", id)))
                        .isInstanceOf(RedisCommandExecutionException.class)
                        .hasMessageStartingWith("OOM");
                assertThatThrownBy(() -> slots.tryAcquire(id))
                        .isInstanceOf(RedisCommandExecutionException.class)
                        .hasMessageStartingWith("OOM");
            }
            assertThat(held.extend()).isTrue();
            assertThat(held.release()).isTrue();
        }
        assertThat(limiter.peek(ADA).remaining()).isEqualTo(7);
        assertThat(slots.tryAcquire("ada").remaining()).isEqualTo(1);
    }

    /** It answers at once, so nothing is left alone. */
    @Test
    void aFullRedisIsDegradedCallByCall() {
        CompositeRateLimiter closed = several(Fallback.closed());
        assertThat(closed.tryAcquire(ADA, 3).degraded()).isFalse();
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            Decision decision = closed.tryAcquire(ADA);
            assertThat(decision.degraded()).isTrue();
            assertThat(decision.allowed()).isFalse();
            closed.reset(Map.of("id", "eva"));
        }
        assertThat(closed.tryAcquire(ADA).remaining()).isEqualTo(46);
        assertThat(counted("outages", Fallback.closed())).isZero();
        assertThat(counted("degraded", Fallback.closed())).isEqualTo(1);
    }

    /** Stated: what was evicted is forgotten, and the holder of a slot learns of it. */
    @Test
    void whatWasEvictedBeginsAnew() {
        Slot held = slots.tryAcquire("ada").slot().orElseThrow();
        assertThat(limiter.tryAcquire(ADA, 10).remaining()).isZero();
        String limits = keyOfAda();
        try (MemoryLimit restored = deployment.fillMemory()) {
            assertThat(restored).isNotNull();
            admin(limits, c -> c.configSet("maxmemory-policy", "allkeys-random"));
            String beside = keys.key("ada", "beside"); // in the same slot
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> {
                try {
                    admin(limits, c -> c.set(beside, "evicts", SetArgs.Builder.px(1_000)));
                } catch (RedisCommandExecutionException full) {
                    assertThat(full).hasMessageStartingWith("OOM");
                }
                return admin(limits, c -> c.exists(limits, slotsOfAda())) == 0;
            });
        }
        assertThat(limiter.tryAcquire(ADA).remaining()).isEqualTo(9);
        assertThat(held.extend()).isFalse();
        assertThat(slots.tryAcquire("ada").remaining()).isEqualTo(1);
    }

    /** Asked for in vain, and carried out later, once. */
    @Test
    void pausedWritesFailInTime() throws Exception {
        CompositeRateLimiter failing = several(Fallback.fail());
        CompositeRateLimiter open = several(Fallback.open());
        whileWritesArePaused(() -> {
            assertThat(timed(() ->
                            assertThatThrownBy(() -> failing.tryAcquire(ADA)).isInstanceOf(PatternsException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThat(open.tryAcquire(ADA).degraded()).isTrue()))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThat(open.tryAcquire(ADA).degraded()).isTrue()))
                    .isLessThan(NOISE);
        });
        awaitBack(failing, INTERVAL.plus(NOISE));
        awaitBack(open, INTERVAL.plus(NOISE));
        assertThat(failing.peek(ADA).remaining()).isEqualTo(48);
    }

    @Test
    void aHalfOpenLinkIsDegradedInTimeAndLeftAgain() throws Exception {
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis handle = Handles.open(
                        deployment,
                        user,
                        RedisOptions.builder().commandTimeout(TIMEOUT).clientResources(proxies.clientResources()))) {
            CompositeRateLimiter behind = several(handle, Fallback.open());
            Slot held = slots(handle, 2).tryAcquire("ada").slot().orElseThrow();
            assertThat(behind.tryAcquire(ADA).degraded()).isFalse();
            proxies.halfOpen();
            assertThat(timed(() -> assertThat(behind.tryAcquire(ADA).degraded()).isTrue()))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThatThrownBy(held::extend).isInstanceOf(PatternsException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> {
                        assertThat(behind.tryAcquire(ADA).degraded()).isTrue();
                        assertThatThrownBy(held::extend).isInstanceOf(NotExecutedException.class);
                    }))
                    .isLessThan(NOISE);
            proxies.restore();
            awaitBack(behind, RECOVERY);
            awaitBack(held, RECOVERY);
            assertThat(behind.tryAcquire(ADA).remaining()).isBetween(47L, 48L);
            assertThat(held.release()).isTrue();
        }
    }

    @Test
    void forgottenScriptsAreSentAgain() {
        Slot held = slots.tryAcquire("ada").slot().orElseThrow();
        deployment.flushScripts();
        assertThat(limiter.tryAcquire(ADA, 3).remaining()).isEqualTo(7);
        deployment.flushScripts();
        assertThat(held.extend()).isTrue();
        deployment.flushScripts();
        assertThat(held.release()).isTrue();
        deployment.flushScripts();
        assertThat(slots.tryAcquire("ada").remaining()).isEqualTo(1);
    }

    /** Stated: what Redis forgets is there to be taken again. */
    @Test
    void whatIsForgottenBeginsAnewAndItsHolderLearnsOfIt() {
        Slot held = slots.tryAcquire("ada").slot().orElseThrow();
        assertThat(limiter.tryAcquire(ADA, 10).remaining()).isZero();
        deployment.masters().forEach(master -> master.call(commands -> commands.flushall()));
        assertThat(limiter.tryAcquire(ADA).remaining()).isEqualTo(9);
        assertThat(slots.tryAcquire("ada").remaining()).isEqualTo(1);
        assertThat(held.extend()).isFalse();
        assertThat(held.remaining()).isZero();
    }

    @Test
    void connectionsThatAreClosedComeBack() {
        Slot held = slots.tryAcquire("ada").slot().orElseThrow();
        assertThat(limiter.tryAcquire(ADA, 3).remaining()).isEqualTo(7);
        deployment.dropClients();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(5))
                .ignoreExceptionsInstanceOf(PatternsException.class) // it may have been under way
                .untilAsserted(() -> assertThat(limiter.peek(ADA).remaining()).isEqualTo(7));
        deployment.dropClients();
        assertThat(held.extend()).isTrue();
        deployment.dropClients();
        assertThat(held.release()).isTrue();
    }

    /** Its slot comes back when the lease ends, and no earlier. */
    @Test
    void aClientThatDiesKeepsItsSlotForItsLease() {
        Duration lease = Duration.ofMillis(500);
        ConcurrencyLimiter dying;
        long asked = System.nanoTime();
        try (var handle = Handles.open(deployment, user, RedisOptions.builder())) {
            dying = ConcurrencyLimiter.create(handle, keys, 1, lease);
            assertThat(dying.tryAcquire("ada").allowed()).isTrue();
        }
        ConcurrencyLimiter other = ConcurrencyLimiter.create(redis, keys, 1, lease);
        assertThat(other.tryAcquire("ada").allowed()).isFalse();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(5))
                .until(() -> other.tryAcquire("ada").allowed());
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThanOrEqualTo(lease);
    }
}
