package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What one asks of a lock, and what comes of it. */
@RedisTest
class DistributedLockIT extends LocksFixture {

    @Test
    void oneHolderAtATime() {
        Lease first = acquired(lock.tryAcquire("seat", TTL));
        assertThat(first.remaining()).isBetween(TTL.minusSeconds(5), TTL);
        first.ensureHeld();
        Acquisition second = lock(handle()).tryAcquire("seat", Duration.ofSeconds(1));
        assertThat(second)
                .isInstanceOfSatisfying(
                        Acquisition.Busy.class,
                        busy -> assertThat(busy.holderRemaining()).isBetween(first.remaining(), TTL));
        assertThat(first.release()).isTrue();
        assertThat(first.release()).isTrue();
        Lease third = acquired(lock.tryAcquire("seat", TTL));
        assertThat(third.fencingToken()).isGreaterThan(first.fencingToken());
        assertThat(third.release()).isTrue();
        assertThat(acquired(lock.tryAcquire("other", TTL)).release()).isTrue();
    }

    @Test
    void whoeverReleasesHandsItToTheNext() throws Exception {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        DistributedLock other = lock(handle());
        CompletableFuture<Lease> waiting = other.acquireAsync("seat", TTL, WAIT)
                .thenApply(Acquisition::orElseThrow)
                .toCompletableFuture();
        awaitQueued("seat", 1);
        assertThat(waiting).isNotDone();
        assertThat(holder.release()).isTrue();
        Lease next = waiting.get(500, TimeUnit.MILLISECONDS);
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        assertThat(next.remaining()).isBetween(TTL.minusSeconds(2), TTL);
        Awaitility.await().until(() -> counted("grants", "trigger", "push") == 1);
        assertThat(next.release()).isTrue();
    }

    @Test
    void aWaitEndsAtItsBound() {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        Acquisition outcome = lock(handle()).acquire("seat", TTL, Duration.ofMillis(200));
        assertThat(outcome).isInstanceOfSatisfying(Acquisition.TimedOut.class, out -> {
            assertThat(out.waited()).isBetween(Duration.ofMillis(200), Duration.ofMillis(600));
            assertThat(out.holderRemaining()).isBetween(TTL.minusSeconds(5), TTL);
        });
        awaitQueued("seat", 0);
        assertThat(holder.release()).isTrue();
        assertThat(acquired(lock.tryAcquire("seat", TTL)).release()).isTrue();
    }

    @Test
    void allWaitersGetItOneAfterTheOther() {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Long> fences = new ArrayList<>();
        List<CompletableFuture<Void>> all = IntStream.range(0, 8)
                .mapToObj(i -> {
                    DistributedLock mine = lock(handle());
                    return CompletableFuture.runAsync(
                            () -> {
                                for (int round = 0; round < 50; round++) {
                                    try (Lease lease = acquired(mine.acquire("seat", TTL, WAIT))) {
                                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                        fences.add(lease.fencingToken());
                                        inside.decrementAndGet();
                                    }
                                }
                            },
                            threads);
                })
                .toList();
        all.forEach(CompletableFuture::join);
        assertThat(most).hasValue(1);
        assertThat(fences).hasSize(400).isSorted().doesNotHaveDuplicates();
    }

    /** What was done may have been done at the same time as another's: the caller must not take it for right. */
    @Test
    void aCallThatOutlastsItsLeaseIsNotDone() {
        LeaseOptions brief = LeaseOptions.ofTtl(Duration.ofMillis(150));
        assertThatThrownBy(() -> lock.withLock(
                        "seat",
                        brief,
                        lease -> lease.lost().toCompletableFuture().get(10, TimeUnit.SECONDS)))
                .isInstanceOfSatisfying(
                        LeaseLostException.class,
                        lost -> assertThat(lost.loss()).isEqualTo(Lease.Loss.EXPIRED));
        assertThatThrownBy(() -> Sync.await(lock.withLockAsync("seat", brief, Lease::lost)))
                .isInstanceOf(LeaseLostException.class);
        assertThatThrownBy(() -> lock.withLock("seat", LeaseOptions.ofTtl(TTL), lease -> {
                    admin("seat", c -> c.del(keys.key("seat")));
                    return lease.extend(TTL);
                }))
                .isInstanceOfSatisfying(
                        LeaseLostException.class,
                        lost -> assertThat(lost.loss()).isEqualTo(Lease.Loss.REVOKED));
        assertThat(acquired(lock.tryAcquire("seat", TTL)).release()).isTrue();
    }

    @Test
    void aCallThatThrowsGivesTheLockBack() {
        LeaseOptions options = LeaseOptions.ofTtl(TTL);
        AssertionError error = new AssertionError("expected by the test");
        assertThatThrownBy(() -> lock.withLock("seat", options, lease -> {
                    throw error;
                }))
                .isSameAs(error);
        for (Exception thrown : List.of(new IOException("checked"), new IllegalStateException("unchecked"))) {
            assertThatThrownBy(() -> lock.withLock("seat", options, lease -> {
                        lease.ensureHeld();
                        throw thrown;
                    }))
                    .isSameAs(thrown);
            assertThat(acquired(lock.tryAcquire("seat", TTL)).release()).isTrue();
        }
    }

    @Test
    void whoeverHasReleasedDoesNotHoldIt() {
        Lease lease = acquired(lock.tryAcquire("seat", TTL));
        lease.close();
        assertThat(lease.remaining()).isZero();
        assertThat(lease.extend(TTL)).isFalse();
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(IllegalStateException.class);
    }
}
