package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisTest;
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

    @Test
    void whoeverHasReleasedDoesNotHoldIt() {
        Lease lease = acquired(lock.tryAcquire("seat", TTL));
        lease.close();
        assertThat(lease.remaining()).isZero();
        assertThat(lease.extend(TTL)).isFalse();
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(IllegalStateException.class);
    }
}
