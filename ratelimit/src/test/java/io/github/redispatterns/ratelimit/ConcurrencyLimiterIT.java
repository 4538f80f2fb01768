package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScoredValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Slots by the real clock: at most so many, given back by hand or by expiry. */
@RedisTest
class ConcurrencyLimiterIT extends RateFixture {

    private static final Duration LONG = Duration.ofMinutes(5);

    @Test
    void noMoreAtATimeThanThereAreSlots() throws Exception {
        ConcurrencyLimiter one = slots(3, LONG);
        ConcurrencyLimiter other = ConcurrencyLimiter.create(handle(RedisOptions.builder()), keys, 3, LONG, "other");
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger granted = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ConcurrencyLimiter mine = i % 2 == 0 ? one : other;
            all.add(threads.submit(() -> {
                while (granted.get() < 300) {
                    mine.tryAcquire("ada").slot().ifPresent(slot -> {
                        assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(3);
                        granted.incrementAndGet();
                        inside.decrementAndGet();
                        assertThat(slot.release()).isTrue();
                    });
                }
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
        threads.shutdown();
        assertThat(this.<Long>admin(keyOfAda(), c -> c.exists(keyOfAda()))).isZero();
    }

    @Test
    void theSlotOfAClientThatDiedComesBackWhenItsLeaseEnds() {
        ConcurrencyLimiter limiter = slots(1, Duration.ofMillis(200));
        Slot dead = limiter.tryAcquire("ada").slot().orElseThrow();
        SlotDecision refused = limiter.tryAcquire("ada");
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.retryAfter()).isPositive().isLessThanOrEqualTo(Duration.ofMillis(200));
        assertThat(counted("refused")).isEqualTo(1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> limiter.tryAcquire("ada").allowed());
        assertThat(dead.remaining()).isZero();
        assertThat(dead.extend()).isFalse();
        assertThat(dead.release()).isFalse();
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> admin(keyOfAda(), c -> c.exists(keyOfAda())) == 0);
    }

    @Test
    void aSlotIsExtendedAndGivenBackOnce() {
        ConcurrencyLimiter limiter = slots(2, LONG);
        SlotDecision decision = limiter.tryAcquire("ada");
        assertThat(decision.remaining()).isEqualTo(1);
        assertThat(decision.retryAfter()).isZero();
        Slot slot = decision.slot().orElseThrow();
        assertThat(slot.remaining()).isBetween(LONG.minusSeconds(10), LONG);
        assertThat(slot.extend()).isTrue();
        assertThat(this.<Long>admin(keyOfAda(), c -> c.pttl(keyOfAda()))).isBetween(1L, LONG.toMillis() + 1);
        slot.close();
        assertThat(slot.release()).isTrue();
        assertThat(Sync.await(slot.releaseAsync())).isTrue();
        assertThat(slot.remaining()).isZero();
        assertThat(slot.extend()).isFalse();
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(1);
        limiter.reset("ada");
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(1);
    }

    /** Redis counts whole milliseconds. */
    @Test
    void aLeaseIsSaidToLastNoLongerThanItDoes() {
        Duration notWhole = Duration.ofSeconds(5).plusNanos(999_999);
        Slot slot = slots(1, notWhole).tryAcquire("ada").slot().orElseThrow();
        assertThat(slot.remaining()).isLessThan(Duration.ofSeconds(5));
        assertThat(slot.extend()).isTrue();
        assertThat(slot.remaining()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aSlotWhoseHandleIsClosedIsClosedAllTheSame() {
        Redis closed = handle(RedisOptions.builder());
        ConcurrencyLimiter limiter = ConcurrencyLimiter.create(closed, keys, 1, LONG, "closed");
        Slot slot = limiter.tryAcquire("ada").slot().orElseThrow();
        closed.close();
        slot.close();
        slot.close();
        assertThatThrownBy(slot::release).isInstanceOf(RuntimeException.class); // and does not wait for ever
        assertThat(slot.remaining()).isZero();
    }

    /** Else slots in use would be forgotten with it; whoever comes, and in whatever order. */
    @Test
    void theKeyLivesAsLongAsTheLongestLease() {
        ConcurrencyLimiter brief = slots(9, Duration.ofSeconds(20));
        ConcurrencyLimiter limiter = slots(9, LONG);
        Slot first = brief.tryAcquire("ada").slot().orElseThrow();
        theKeyOutlives(1);
        Slot held = limiter.tryAcquire("ada").slot().orElseThrow();
        theKeyOutlives(2);
        assertThat(brief.tryAcquire("ada").allowed()).isTrue();
        theKeyOutlives(3);
        assertThat(first.extend()).isTrue();
        theKeyOutlives(3);
        admin(keyOfAda(), c -> c.pexpire(keyOfAda(), 20_000));
        assertThat(held.extend()).isTrue();
        theKeyOutlives(3);
        assertThat(this.<Long>admin(keyOfAda(), c -> c.pttl(keyOfAda())))
                .isBetween(LONG.minusSeconds(30).toMillis(), LONG.toMillis() + 1);
    }

    /** By the microsecond: Redis counts times to live in whole milliseconds. */
    private void theKeyOutlives(int leases) {
        List<Double> ends =
                admin(keyOfAda(), c -> c.zrangebyscoreWithScores(keyOfAda(), Range.create(0.0, (double) (1L << 53))))
                        .stream()
                        .map(ScoredValue::getScore)
                        .toList();
        assertThat(ends).hasSize(leases);
        double untilMicros = this.<Long>admin(keyOfAda(), c -> c.pexpiretime(keyOfAda())) * 1_000.0;
        assertThat(ends).allMatch(end -> end <= untilMicros);
    }

    @Test
    void fewerSlotsThanAreInUse() {
        ConcurrencyLimiter limiter = slots(3, LONG);
        List<Slot> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(limiter.tryAcquire("ada").slot().orElseThrow());
        }
        limiter.setSlots(2);
        assertThat(limiter.slots()).isEqualTo(2);
        assertThat(limiter.tryAcquire("bob").remaining()).isEqualTo(1);
        held.get(0).close();
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
        held.get(1).close();
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
        limiter.setSlots(10);
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(7);
    }

    @Test
    void aSlotThatRedisHasLostIsNotExtended() {
        ConcurrencyLimiter limiter = slots(1, LONG);
        Slot lost = limiter.tryAcquire("ada").slot().orElseThrow();
        limiter.reset("ada");
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
        assertThat(lost.extend()).isFalse();
        assertThat(lost.remaining()).isZero();
        assertThat(lost.release()).isFalse();
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
    }

    @Test
    void badInputIsRefusedBeforeAnyIo() {
        ConcurrencyLimiter limiter = slots(1, LONG);
        redis.close(); // any I/O would fail otherwise than by IllegalArgumentException
        for (String bad : new String[] {null, "", "\uD83D", "a\uDE00"}) {
            refused("id: ", () -> limiter.tryAcquire(bad));
            refused("id: ", () -> limiter.tryAcquireAsync(bad));
            refused("id: ", () -> limiter.reset(bad));
            refused("id: ", () -> limiter.resetAsync(bad));
        }
        for (int bad : new int[] {0, -1, 100_001}) {
            refused("slots: ", () -> slots(bad, LONG));
            refused("slots: ", () -> limiter.setSlots(bad));
        }
        for (Duration bad : new Duration[] {null, Duration.ZERO, LONG.negated(), Duration.ofDays(3651)}) {
            refused("lease: ", () -> slots(1, bad));
        }
        refused("redis: ", () -> ConcurrencyLimiter.create(null, keys, 1, LONG));
        refused("keys: ", () -> ConcurrencyLimiter.create(redis, null, 1, LONG));
        refused("name: ", () -> ConcurrencyLimiter.create(redis, keys, 1, LONG, ""));
        assertThat(limiter.slots()).isEqualTo(1);
    }

    @Test
    void whatIsNoSlotsIsATypedErrorAndIsLeftAlone() {
        ConcurrencyLimiter limiter = slots(1, LONG);
        List<Runnable> foreign = List.of(
                () -> admin(keyOfAda(), c -> c.set(keyOfAda(), "foreign")),
                () -> admin(keyOfAda(), c -> c.zadd(keyOfAda(), 7, "foreign")),
                () -> admin(keyOfAda(), c -> c.hset(keyOfAda(), "foreign", "7")));
        for (Runnable each : foreign) {
            each.run();
            admin(keyOfAda(), c -> c.expire(keyOfAda(), 60));
            byte[] before = dump(keyOfAda());
            assertThatThrownBy(() -> limiter.tryAcquire("ada"))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("WRONGTYPE");
            assertThat(dump(keyOfAda())).isEqualTo(before);
            limiter.reset("ada");
        }
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
    }

    private String keyOfAda() {
        return keys.key("ada");
    }

    private ConcurrencyLimiter slots(int slots, Duration lease) {
        return ConcurrencyLimiter.create(redis, keys, slots, lease);
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
