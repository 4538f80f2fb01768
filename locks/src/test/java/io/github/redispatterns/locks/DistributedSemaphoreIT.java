package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As many leases as there are permits, and who gets the next. */
@RedisTest
class DistributedSemaphoreIT extends SharesFixture {

    private static final Duration SHORT = Duration.ofMillis(300);
    private static final int PERMITS = 3;

    private DistributedSemaphore seats;

    @BeforeEach
    void create() {
        seats = semaphore(redis, PERMITS);
    }

    @Test
    void asManyLeasesAsPermits() {
        DistributedSemaphore others = semaphore(handle(), PERMITS);
        List<Lease> leases = IntStream.range(0, PERMITS)
                .mapToObj(i -> acquired((i == 0 ? seats : others).tryAcquire("room", TTL.multipliedBy(i + 1))))
                .toList();
        assertThat(others.tryAcquire("room", TTL))
                .isInstanceOfSatisfying(
                        Acquisition.Busy.class,
                        busy -> assertThat(busy.holderRemaining())
                                .isBetween(leases.get(0).remaining(), TTL));
        assertThat(leases.get(1).release()).isTrue();
        assertThat(leases.get(1).release()).isTrue();
        Lease next = acquired(seats.tryAcquire("room", TTL));
        assertThat(seats.tryAcquire("room", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(leases.get(2).fencingToken()).isBetween(leases.get(1).fencingToken() + 1, next.fencingToken() - 1);
        assertThat(List.of(leases.get(0), leases.get(2), next)).allMatch(Lease::release);
        assertThat(acquired(seats.tryAcquire("other", TTL)).release()).isTrue();
        assertThat(fields("room")).containsEntry("used", "0");
    }

    /** It may be too short, since to look at all costs O(leases), but not too long; and whoever asks again hears the truth. */
    @Test
    void noPermitComesBackBeforeWhoIsRefusedIsTold() {
        Lease first = acquired(seats.tryAcquire("room", SHORT));
        IntStream.range(1, PERMITS).forEach(i -> acquired(seats.tryAcquire("room", TTL)));
        assertThat(first.extend(TTL)).isTrue();
        assertThat(told("room")).isLessThanOrEqualTo(SHORT);
        Awaitility.await().untilAsserted(() -> assertThat(told("room")).isBetween(TTL.minusSeconds(10), TTL));
        assertThat(first.release()).isTrue();
        Lease next = acquired(seats.tryAcquire("room", SHORT.multipliedBy(2)));
        assertThat(told("room")).isBetween(next.remaining(), SHORT.multipliedBy(2));

        Lease alone = acquired(seats.tryAcquire("other", SHORT));
        assertThat(alone.extend(TTL)).isTrue();
        IntStream.range(1, PERMITS).forEach(i -> acquired(seats.tryAcquire("other", TTL.multipliedBy(2))));
        assertThat(told("other")).isBetween(alone.remaining(), TTL);
    }

    @Test
    void whoeverReleasesHandsItToTheNext() throws Exception {
        DistributedSemaphore others = semaphore(handle(), PERMITS);
        List<Lease> holders = IntStream.range(0, PERMITS)
                .mapToObj(i -> acquired(seats.tryAcquire("room", TTL)))
                .toList();
        List<CompletableFuture<Lease>> waiting = new ArrayList<>();
        for (int i = 0; i < PERMITS; i++) {
            waiting.add(leased((i % 2 == 0 ? others : seats).acquireAsync("room", TTL, WAIT)));
            awaitQueue("room", i + 1);
        }
        for (int i = 0; i < PERMITS; i++) {
            assertThat(waiting.get(i)).isNotDone();
            assertThat(holders.get(i).release()).isTrue();
            Lease next = waiting.get(i).get(500, TimeUnit.MILLISECONDS);
            assertThat(next.remaining()).isBetween(TTL.minusSeconds(5), TTL);
        }
        assertThat(waiting.stream().map(CompletableFuture::join).map(Lease::fencingToken))
                .isSorted()
                .doesNotHaveDuplicates();
        Awaitility.await().until(() -> counted("grants", "trigger", "push") == PERMITS);
        assertThat(waiting).allMatch(lease -> lease.join().release());
    }

    @Test
    void neverMoreThanThereArePermitsUnderThreads() {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Long> fences = Collections.synchronizedList(new ArrayList<>());
        List<Redis> handles = IntStream.range(0, 4).mapToObj(i -> handle()).toList();
        List<CompletableFuture<Void>> all = IntStream.range(0, 8)
                .mapToObj(i -> {
                    DistributedSemaphore mine = semaphore(handles.get(i / 2), PERMITS);
                    return CompletableFuture.runAsync(
                            () -> {
                                for (int round = 0; round < 50; round++) {
                                    try (Lease lease = acquired(mine.acquire("room", TTL, WAIT))) {
                                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                        fences.add(lease.fencingToken());
                                        assertThat(lease.extend(TTL)).isTrue();
                                        inside.decrementAndGet();
                                    }
                                }
                            },
                            threads);
                })
                .toList();
        all.forEach(CompletableFuture::join);
        assertThat(most).hasValueBetween(2, PERMITS);
        assertThat(fences).hasSize(400).doesNotHaveDuplicates();
        awaitQueue("room", 0);
        assertThat(fields("room")).containsEntry("used", "0");
    }

    @Test
    void aDeadHoldersPermitComesBack() {
        DistributedSemaphore others = semaphore(handle(), PERMITS);
        IntStream.range(0, PERMITS).forEach(i -> acquired(seats.tryAcquire("room", SHORT))); // and nobody closes them
        assertThat(acquired(others.acquire("room", TTL, WAIT)).release()).isTrue();
        IntStream.range(0, PERMITS).forEach(i -> acquired(seats.acquire("room", SHORT, WAIT)));
        Awaitility.await()
                .untilAsserted(() -> assertThat(others.tryAcquire("room", TTL))
                        .isInstanceOfSatisfying(
                                Acquisition.Acquired.class,
                                acquired ->
                                        assertThat(acquired.lease().release()).isTrue()));
        Lease extended = acquired(seats.acquire("room", SHORT.multipliedBy(5), WAIT));
        assertThat(extended.extend(TTL)).isTrue();
        IntStream.range(1, PERMITS).forEach(i -> acquired(seats.acquire("room", SHORT, WAIT)));
        List<Lease> back = IntStream.range(1, PERMITS)
                .mapToObj(i -> acquired(others.acquire("room", TTL, WAIT)))
                .toList();
        assertThat(others.tryAcquire("room", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(extended.release()).isTrue();
        assertThat(back).allMatch(Lease::release);
    }

    @Test
    void processesThatDisagreeKeepToTheirOwnCount() throws Exception {
        DistributedSemaphore few = semaphore(handle(), 2);
        List<Lease> out = new ArrayList<>();
        out.add(acquired(few.tryAcquire("room", TTL)));
        out.add(acquired(few.tryAcquire("room", TTL)));
        assertThat(few.tryAcquire("room", TTL)).isInstanceOf(Acquisition.Busy.class);
        out.add(acquired(seats.tryAcquire("room", TTL)));
        assertThat(seats.tryAcquire("room", TTL)).isInstanceOf(Acquisition.Busy.class);

        CompletableFuture<Lease> one = leased(few.acquireAsync("room", TTL, WAIT));
        awaitQueue("room", 1);
        CompletableFuture<Lease> two = leased(seats.acquireAsync("room", TTL, WAIT));
        awaitQueue("room", 2);
        assertThat(out.get(0).release()).isTrue(); // leaves two: free for one, but the other was first
        assertThat(seats.tryAcquire("room", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(List.of(one, two)).noneMatch(CompletableFuture::isDone);
        assertThat(out.get(1).release()).isTrue();
        assertThat(one.get(500, TimeUnit.MILLISECONDS).fencingToken())
                .isLessThan(two.get(500, TimeUnit.MILLISECONDS).fencingToken());
        assertThat(List.of(out.get(2), one.join(), two.join())).allMatch(Lease::release);
    }

    @Test
    void aWaitThatEndsLeavesNothingBehind() {
        DistributedSemaphore one = semaphore(handle(), 1);
        Lease holder = acquired(one.tryAcquire("room", TTL));
        assertThat(one.acquire("room", TTL, SHORT)).isInstanceOfSatisfying(Acquisition.TimedOut.class, out -> {
            assertThat(out.waited()).isBetween(SHORT, SHORT.multipliedBy(3));
            assertThat(out.holderRemaining()).isBetween(TTL.minusSeconds(5), TTL);
        });
        CompletableFuture<Acquisition> cancelled =
                one.acquireAsync("room", TTL, WAIT).toCompletableFuture();
        awaitQueue("room", 1);
        assertThat(cancelled.cancel(false)).isTrue();
        awaitQueue("room", 0);
        assertThat(holder.release()).isTrue();
        assertThat(acquired(one.tryAcquire("room", TTL)).release()).isTrue();
        assertThat(queued("room", "=")).isEmpty();
    }

    @Test
    void aDeadWaiterIsPassedOver() throws Exception {
        DistributedSemaphore one = semaphore(handle(), 1);
        Lease holder = acquired(one.tryAcquire("room", TTL));
        ShareStore dead = new ShareStore(redis, LockOptions.defaults(), 1, DistributedSemaphore.PERMIT);
        assertThat(Sync.await(dead.acquire(new Request(keys.key("room"), "p-dead", 30_000, "p"), "deaddead")))
                .isInstanceOf(Answer.Refused.class);
        awaitQueue("room", 1);
        CompletableFuture<Lease> waiting = leased(one.acquireAsync("room", TTL, WAIT));
        awaitQueue("room", 2);
        admin("room", c -> c.hset(keys.key("room"), "@deaddead", "1"));
        assertThat(holder.release()).isTrue();
        assertThat(waiting.get(500, TimeUnit.MILLISECONDS).release()).isTrue();
        assertThat(queued("room", "@")).hasSize(1);
    }

    @Test
    void processesThatHaveGoneAreForgottenWhenANewOneWaits() {
        Lease holder = acquired(semaphore(handle(), 1).tryAcquire("room", TTL));
        for (int i = 0; i < 5; i++) {
            DistributedSemaphore mine = semaphore(handle(), 1);
            assertThat(mine.acquire("room", TTL, Duration.ofMillis(1))).isInstanceOf(Acquisition.TimedOut.class);
            CompletableFuture<Lease> waiting = leased(mine.acquireAsync("room", TTL, WAIT));
            awaitQueue("room", 1);
            assertThat(waiting.cancel(false)).isTrue();
            mine.close();
            for (String process : queued("room", "@")) {
                admin("room", c -> c.hset(keys.key("room"), process, "1"));
            }
        }
        assertThat(queued("room", "@")).hasSizeLessThanOrEqualTo(2);
        assertThat(holder.release()).isTrue();
    }

    @Test
    void whatPushHasLostIsFoundByLooking() throws Exception {
        Lease holder = acquired(semaphore(mute(), 1).tryAcquire("room", TTL));
        CompletableFuture<Lease> waiting = leased(semaphore(redis, 1).acquireAsync("room", TTL, WAIT));
        awaitQueue("room", 1);
        assertThat(holder.release()).isTrue();
        assertThat(waiting.get(3, TimeUnit.SECONDS).release()).isTrue();
        Awaitility.await().until(() -> counted("grants", "trigger", "poll") == 1); // counted once it is told
    }

    @Test
    void aPermitCanBeKeptFromTheOthers() {
        DistributedSemaphore one = semaphore(handle(), 1);
        long began = System.nanoTime();
        LeaseOptions kept = LeaseOptions.builder(TTL).minHold(SHORT).build();
        assertThat(acquired(one.acquire("room", kept)).release()).isTrue();
        Lease next = acquired(one.acquire("room", TTL, WAIT));
        assertThat(System.nanoTime() - began).isGreaterThan(SHORT.minusMillis(2).toNanos());
        assertThat(next.release()).isTrue();
    }

    @Test
    void somethingIsDoneWithAPermit() {
        LeaseOptions options = LeaseOptions.ofTtl(TTL);
        DistributedSemaphore one = semaphore(handle(), 1);
        String done = one.withPermit("room", options, lease -> {
            assertThat(one.tryAcquire("room", TTL)).isInstanceOf(Acquisition.Busy.class);
            return "done " + (lease.fencingToken() > 0);
        });
        assertThat(done).isEqualTo("done true");
        assertThat(Sync.<Boolean>await(one.withPermitAsync(
                        "room",
                        options,
                        lease -> CompletableFuture.completedFuture(
                                lease.remaining().isZero()))))
                .isFalse();
        Lease lease = acquired(Sync.await(one.tryAcquireAsync("room", TTL)));
        assertThatThrownBy(() -> one.withPermit("room", options, holding -> "not done"))
                .isInstanceOf(LockNotAcquiredException.class);
        assertThat(lease.release()).isTrue();
        one.close();
        assertThatThrownBy(() -> one.acquire("room", TTL, WAIT)).isInstanceOf(IllegalStateException.class);
    }

    private DistributedSemaphore semaphore(Redis handle, int permits) {
        return closing(DistributedSemaphore.create(handle, keys, permits));
    }

    private Duration told(String resource) {
        return ((Acquisition.Busy) seats.tryAcquire(resource, TTL)).holderRemaining();
    }
}
