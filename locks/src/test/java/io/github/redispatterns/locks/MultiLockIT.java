package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Several locks at once: all of them or none. */
@RedisTest
class MultiLockIT extends LocksFixture {

    private static final LeaseOptions AT_ONCE = LeaseOptions.ofTtl(TTL);
    private static final LeaseOptions WAITING =
            LeaseOptions.builder(TTL).maxWait(WAIT).build();

    @Test
    void allAreHeldAndGivenBackTogether() {
        MultiLease lease = lock.acquireAll(List.of("b", "a", "c", "a"), AT_ONCE).orElseThrow();
        assertThat(lease.leases().keySet()).containsExactly("a", "b", "c");
        assertThat(lease.leases().values()).allMatch(each -> each.fencingToken() > 0);
        assertThat(lease.remaining()).isBetween(TTL.minusSeconds(5), TTL);
        lease.ensureHeld();
        DistributedLock other = lock(handle());
        for (String resource : lease.leases().keySet()) {
            assertThat(other.tryAcquire(resource, TTL)).isInstanceOf(Acquisition.Busy.class);
        }
        assertThat(lease.extend(TTL.multipliedBy(2))).isTrue();
        assertThat(lease.remaining()).isGreaterThan(TTL);
        assertThat(lease.release()).isTrue();
        assertThat(lease.release()).isTrue();
        assertThat(lease.remaining()).isZero();
        assertThat(lease.extend(TTL)).isFalse();
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(IllegalStateException.class);
        other.acquireAll(List.of("a", "b", "c"), AT_ONCE).orElseThrow().close();
    }

    @Test
    void ifOneIsBusyNoneIsHeld() {
        Lease busy = acquired(lock.tryAcquire("b", TTL));
        DistributedLock other = lock(handle());
        assertThat(other.acquireAll(List.of("a", "b", "c"), AT_ONCE))
                .isInstanceOfSatisfying(MultiAcquisition.Refused.class, refused -> {
                    assertThat(refused.resource()).isEqualTo("b");
                    assertThat(refused.outcome()).isInstanceOf(Acquisition.Busy.class);
                    assertThat(refused.toString()).doesNotContain("b,");
                    assertThatThrownBy(refused::orElseThrow).isInstanceOf(LockNotAcquiredException.class);
                });
        assertThat(acquired(lock.tryAcquire("a", TTL)).release()).isTrue();
        assertThat(acquired(lock.tryAcquire("c", TTL)).release()).isTrue();
        assertThat(busy.release()).isTrue();
    }

    /** Also the minimum hold time is for what somebody has had. */
    @Test
    void oneWaitIsForAllOfThem() {
        Lease first = acquired(lock.tryAcquire("a", TTL));
        Lease second = acquired(lock.tryAcquire("c", TTL));
        Duration wait = Duration.ofMillis(800);
        LeaseOptions options =
                LeaseOptions.builder(TTL).maxWait(wait).minHold(TTL).build();
        CompletionStage<MultiAcquisition> asking = lock(handle()).acquireAllAsync(List.of("c", "b", "a"), options);
        awaitWaiter("a");
        Awaitility.await().pollDelay(wait.dividedBy(4).multipliedBy(3)).until(() -> true);
        assertThat(first.release()).isTrue();
        MultiAcquisition outcome = asking.toCompletableFuture().join();
        assertThat(outcome).isInstanceOfSatisfying(MultiAcquisition.Refused.class, refused -> {
            assertThat(refused.resource()).isEqualTo("c");
            assertThat(refused.outcome())
                    .isInstanceOfSatisfying(
                            Acquisition.TimedOut.class,
                            out -> assertThat(out.waited()).isBetween(wait, wait.plusMillis(500)));
        });
        assertThat(acquired(lock.tryAcquire("a", TTL)).release()).isTrue();
        assertThat(acquired(lock.tryAcquire("b", TTL)).release()).isTrue();
        assertThat(second.release()).isTrue();
    }

    @Test
    void thoseThatAreHeldLastUntilTheOthersAre() throws Exception {
        Duration brief = Duration.ofMillis(500);
        Lease busy = acquired(lock.tryAcquire("b", TTL));
        LeaseOptions options = LeaseOptions.builder(brief).maxWait(WAIT).build();
        CompletableFuture<MultiAcquisition> asking =
                lock(handle()).acquireAllAsync(List.of("a", "b"), options).toCompletableFuture();
        awaitWaiter("b");
        Awaitility.await().pollDelay(brief.multipliedBy(3)).until(() -> true);
        assertThat(lock.tryAcquire("a", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(busy.release()).isTrue();
        MultiLease lease = asking.get(5, TimeUnit.SECONDS).orElseThrow();
        assertThat(lease.remaining()).isGreaterThan(brief.multipliedBy(3).dividedBy(4));
        assertThat(lease.lost().toCompletableFuture().get(2, TimeUnit.SECONDS)).isEqualTo(Lease.Loss.EXPIRED);
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
        assertThat(lease.release()).isFalse();
    }

    @Test
    void theFirstLossIsToldAndTheOthersAreHeldOn() throws Exception {
        MultiLease lease = lock.acquireAll(List.of("a", "b"), AT_ONCE).orElseThrow();
        CompletableFuture<Lease.Loss> lost = lease.lost().toCompletableFuture();
        admin("b", c -> c.del(keys.key("b")));
        assertThat(lost).isNotDone();
        assertThat(lease.extend(TTL)).isFalse();
        assertThat(lost.get(2, TimeUnit.SECONDS)).isEqualTo(Lease.Loss.REVOKED);
        assertThat(lease.remaining()).isZero();
        assertThat(lock.tryAcquire("a", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(lease.release()).isFalse();
        assertThat(acquired(lock.tryAcquire("a", TTL)).release()).isTrue();
    }

    @Test
    void whoeverAsksAgainWithItsTokenGetsTheSame() {
        LeaseOptions options =
                LeaseOptions.builder(TTL).maxWait(WAIT).requestToken("order-1").build();
        MultiLease first = lock.acquireAll(List.of("a", "b"), options).orElseThrow();
        MultiLease again =
                lock(handle()).acquireAll(List.of("c", "b", "a"), options).orElseThrow();
        assertThat(again.leases().get("a").fencingToken())
                .isEqualTo(first.leases().get("a").fencingToken());
        assertThat(again.leases().get("b").fencingToken())
                .isEqualTo(first.leases().get("b").fencingToken());
        assertThat(again.release()).isTrue();
    }

    @Test
    void whoeverCancelsGetsNone() {
        Lease busy = acquired(lock.tryAcquire("b", TTL));
        CompletableFuture<MultiAcquisition> asking =
                lock(handle()).acquireAllAsync(List.of("a", "b"), WAITING).toCompletableFuture();
        awaitWaiter("b");
        asking.cancel(false);
        Awaitility.await()
                .until(() -> lock.tryAcquire("a", TTL) instanceof Acquisition.Acquired acquired
                        && acquired.lease().release());
        assertThat(busy.release()).isTrue();
        Awaitility.await()
                .until(() -> lock.tryAcquire("b", TTL) instanceof Acquisition.Acquired acquired
                        && acquired.lease().release());
    }

    /** Named in any order, and overlapping: taken unsorted, some would wait for each other until their time is up. */
    @Test
    void nobodyWaitsInACircle() {
        AtomicInteger[] inside = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
        List<CompletableFuture<Void>> all = IntStream.range(0, 6)
                .mapToObj(i -> {
                    DistributedLock mine = lock(handle());
                    Random random = new Random(i);
                    return CompletableFuture.runAsync(() -> contend(mine, random, inside), threads);
                })
                .toList();
        all.forEach(CompletableFuture::join);
    }

    private static void contend(DistributedLock mine, Random random, AtomicInteger[] inside) {
        for (int round = 0; round < 20; round++) {
            List<String> wanted = Arrays.asList("0", "1", "2", "3");
            Collections.shuffle(wanted, random);
            List<String> some = wanted.subList(0, 3);
            try (MultiLease lease = mine.acquireAll(some, WAITING).orElseThrow()) {
                some.forEach(name -> assertThat(inside[Integer.parseInt(name)].incrementAndGet())
                        .isEqualTo(1));
                some.forEach(name -> inside[Integer.parseInt(name)].decrementAndGet());
                lease.ensureHeld();
            }
        }
    }

    @Test
    void badInputIsRefused() {
        assertThatThrownBy(() -> lock.acquireAll(null, AT_ONCE)).hasMessage("resources: must not be null");
        assertThatThrownBy(() -> lock.acquireAll(List.of(), AT_ONCE)).hasMessage("resources: must not be empty");
        assertThatThrownBy(() -> lock.acquireAll(Arrays.asList("a", null), AT_ONCE))
                .hasMessage("resources: must not be null");
        assertThatThrownBy(() -> lock.acquireAll(List.of("a", ""), AT_ONCE)).hasMessage("resources: must not be empty");
        for (String half : List.of("\uD83D", "a\uDE00")) {
            assertThatThrownBy(() -> lock.acquireAll(List.of("a", half), AT_ONCE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("resources: ")
                    .hasMessageNotContaining(half);
            assertThatThrownBy(() -> lock.acquireAllAsync(List.of(half), AT_ONCE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("resources: ");
        }
        assertThatThrownBy(() -> lock.acquireAll(List.of("a"), null)).hasMessage("options: must not be null");
        assertThat(acquired(lock.tryAcquire("a", TTL)).release()).isTrue();
    }

    private void awaitWaiter(String resource) {
        Awaitility.await().until(() -> admin(resource, c -> LockView.waiters(c, keys.key(resource))) == 1);
    }
}
