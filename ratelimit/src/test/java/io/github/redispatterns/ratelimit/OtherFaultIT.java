package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Faults under several limits, and under slots; lost replies and moving slots have tests of their own. */
@RedisTest
class OtherFaultIT extends RateFixture {

    private static final Map<String, String> ADA = Map.of("id", "ada");

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
