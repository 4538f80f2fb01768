package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.KillArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Whoever waits, goes, comes back or passes its lease on leaves nothing behind. */
@RedisTest
class LockWaitIT extends LocksFixture {

    private static final Duration LATE = Duration.ofMillis(200);

    @Test
    void whoeverIsInterruptedWaitsNoMore() {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        AtomicReference<Thread> thread = new AtomicReference<>();
        Future<?> waiting = threads.submit(() -> {
            thread.set(Thread.currentThread());
            return lock(handle()).acquire("seat", TTL, WAIT);
        });
        awaitQueued("seat", 1);
        thread.get().interrupt();
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(CallInterruptedException.class);
        awaitQueued("seat", 0);
        assertThat(holder.release()).isTrue();
        assertThat(acquired(lock.tryAcquire("seat", TTL)).release()).isTrue();
    }

    @Test
    void whoeverCancelsGivesBackWhatItWouldHaveGot() {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting =
                lock.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        awaitQueued("seat", 1);
        assertThat(waiting.cancel(false)).isTrue();
        awaitQueued("seat", 0);
        assertThat(holder.release()).isTrue();
        for (int i = 0; i < 50; i++) { // before, while or after it is granted
            CompletableFuture<Acquisition> asking = lock.acquireAsync("seat", TTL, i % 2 == 0 ? Duration.ZERO : WAIT)
                    .toCompletableFuture();
            if (!asking.cancel(false) && asking.join() instanceof Acquisition.Acquired already) {
                already.lease().close(); // it was the caller's before it was cancelled
            }
        }
        Lease next = acquired(lock(handle()).acquire("seat", TTL, WAIT));
        assertThat(next.release()).isTrue();
    }

    /** Neither in the queue nor among the subscriptions nor, once the handle is closed, among the connections. */
    @Test
    void closingLeavesNothingBehind() {
        acquired(lock.tryAcquire("warm-up", TTL)).close(); // the fixture's handle connects now at the latest
        List<Integer> before = connections();
        Redis handle = Handles.open(deployment, user, RedisOptions.builder());
        DistributedLock closing = DistributedLock.create(handle, keys);
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        Lease elsewhere = acquired(closing.tryAcquire("elsewhere", TTL));
        CompletableFuture<Acquisition> waiting =
                closing.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        awaitQueued("seat", 1);
        assertThat(channels()).hasSize(1);
        closing.close();
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(IllegalStateException.class);
        awaitQueued("seat", 0);
        Awaitility.await().until(() -> channels().isEmpty());
        elsewhere.ensureHeld();
        assertThat(elsewhere.release()).isTrue();
        assertThat(holder.release()).isTrue();
        handle.close();
        Awaitility.await().untilAsserted(() -> assertThat(connections()).isEqualTo(before));
    }

    /** Callers who block where they may must not make others wait longer than these want to. */
    @Test
    void aWaitEndsInTimeThoughAllCallbacksBlock() throws Exception {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        CountDownLatch hold = new CountDownLatch(1);
        try {
            for (int i = 0; i < 300; i++) { // more than may run at once
                Timers.call(() -> {
                    try {
                        hold.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            CompletableFuture<Acquisition> waiting = lock(handle())
                    .acquireAsync("seat", TTL, Duration.ofMillis(300))
                    .toCompletableFuture();
            assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Acquisition.TimedOut.class);
        } finally {
            hold.countDown();
        }
        assertThat(holder.release()).isTrue();
    }

    @Test
    void oneTokenMayWaitForTwoLocks() throws Exception {
        LeaseOptions mine =
                LeaseOptions.builder(TTL).requestToken("mine").maxWait(WAIT).build();
        Lease seat = acquired(lock.tryAcquire("seat", TTL));
        Lease table = acquired(lock.tryAcquire("table", TTL));
        DistributedLock other = lock(handle());
        CompletableFuture<Acquisition> forSeat =
                other.acquireAsync("seat", mine).toCompletableFuture();
        CompletableFuture<Acquisition> forTable =
                other.acquireAsync("table", mine).toCompletableFuture();
        awaitQueued("seat", 1);
        awaitQueued("table", 1);
        assertThatThrownBy(() -> other.acquire("seat", mine))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "requestToken: a request with this token already waits for this resource in this lock object");
        assertThat(table.release()).isTrue();
        Lease second = acquired(forTable.get(10, TimeUnit.SECONDS));
        assertThat(second.fencingToken()).isGreaterThan(table.fencingToken());
        assertThat(forSeat).isNotDone();
        assertThat(seat.release()).isTrue();
        assertThat(acquired(forSeat.get(10, TimeUnit.SECONDS)).release()).isTrue();
        assertThat(second.release()).isTrue();
    }

    @Test
    void aClosedLockGivesNoLease() {
        DistributedLock closed = lock(handle());
        closed.close();
        for (Duration maxWait : List.of(Duration.ZERO, WAIT)) {
            assertThatThrownBy(() -> closed.acquire("seat", TTL, maxWait)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(acquired(lock.tryAcquire("seat", TTL)).release()).isTrue();
    }

    /** Whatever is wrong with what it was to do, the lock is free afterwards. */
    @Test
    void aCallThatCannotBeginKeepsNoLock() {
        LeaseOptions options = LeaseOptions.ofTtl(TTL);
        assertThatThrownBy(() -> Sync.await(lock.withLockAsync("seat", options, lease -> {
                    throw new AssertionError("broken");
                })))
                .hasStackTraceContaining("broken");
        assertThatThrownBy(() -> Sync.await(lock.withLockAsync("seat", options, lease -> nothing())))
                .hasStackTraceContaining("stage");
        assertThat(acquired(lock.tryAcquire("seat", TTL)).release()).isTrue();
    }

    @SuppressWarnings("NullAway") // what the compiler would refuse
    private static CompletionStage<String> nothing() {
        return null;
    }

    /** A lease is whoever's has the object. */
    @Test
    void aLeasePassesFromThreadToThread() throws Exception {
        Lease lease =
                threads.submit(() -> acquired(lock.acquire("seat", TTL, WAIT))).get();
        threads.submit(lease::ensureHeld).get();
        assertThat(threads.submit(() -> lease.extend(TTL)).get()).isTrue();
        CompletableFuture<Long> other = lock(handle())
                .acquireAsync("seat", TTL, WAIT)
                .thenApplyAsync(Acquisition::orElseThrow, threads)
                .thenApplyAsync(
                        next -> {
                            next.close();
                            return next.fencingToken();
                        },
                        threads)
                .toCompletableFuture();
        awaitQueued("seat", 1);
        assertThat(threads.submit(lease::release).get()).isTrue();
        assertThat(other.get(10, TimeUnit.SECONDS)).isGreaterThan(lease.fencingToken());
        assertThat(acquired(lock.tryAcquire("seat", TTL)).release()).isTrue();
    }

    /** What hangs on the stages may block: it holds nobody else up. */
    @Test
    void callbacksMayAskAgain() throws Exception {
        CompletableFuture<Lease.Loss> lost = acquired(lock.tryAcquire("brief", Duration.ofMillis(200)))
                .lost()
                .thenApply(loss -> {
                    acquired(lock.tryAcquire("from a callback", TTL)).close();
                    return loss;
                })
                .toCompletableFuture();
        assertThat(lost.get(10, TimeUnit.SECONDS)).isEqualTo(Lease.Loss.EXPIRED);
        acquired(lock.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> timedOut = lock(handle())
                .acquireAsync("seat", TTL, Duration.ofMillis(100))
                .thenApply(outcome -> lock.tryAcquire("seat", TTL))
                .toCompletableFuture();
        assertThat(timedOut.get(10, TimeUnit.SECONDS)).isInstanceOf(Acquisition.Busy.class);
    }

    @Test
    void aRepeatedTokenIsTheSameLease() {
        LeaseOptions mine = LeaseOptions.builder(TTL).requestToken("mine").build();
        Lease first = acquired(lock.acquire("seat", mine));
        for (DistributedLock each : List.of(lock, lock(handle()))) {
            Lease again = acquired(each.acquire("seat", mine));
            assertThat(again.fencingToken()).isEqualTo(first.fencingToken());
            isNoLongerThan(TTL, again);
        }
        LeaseOptions waiting =
                LeaseOptions.builder(TTL).requestToken("mine").maxWait(WAIT).build();
        assertThat(acquired(lock.acquire("seat", waiting)).fencingToken()).isEqualTo(first.fencingToken());
        assertThat(lock.tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(first.release()).isTrue();
        Lease next = acquired(lock.acquire("seat", mine));
        assertThat(next.fencingToken()).isGreaterThan(first.fencingToken());
        assertThat(next.release()).isTrue();
    }

    /** However late the reply or the message comes, the lease lasts from when it was given. */
    @Test
    void aLateAnswerMakesNoLeaseLonger() throws Exception {
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis handle = Handles.open(
                        deployment, user, RedisOptions.builder().clientResources(proxies.clientResources()));
                DistributedLock far = DistributedLock.create(handle, keys)) {
            acquired(far.acquire("warm-up", TTL, WAIT)).close();
            proxies.all().forEach(proxy -> proxy.delayReplies(LATE));
            Lease tried = acquired(far.tryAcquire("tried", TTL));
            isNoLongerThan(TTL.minus(LATE), tried);
            assertThat(tried.extend(TTL)).isTrue();
            isNoLongerThan(TTL.minus(LATE), tried);
            Lease holder = acquired(lock.tryAcquire("seat", TTL));
            CompletableFuture<Acquisition> waiting =
                    far.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
            awaitQueued("seat", 1);
            Awaitility.await().pollDelay(LATE.multipliedBy(2)).until(() -> true); // it knows that it waits
            assertThat(holder.release()).isTrue();
            Lease pushed = acquired(waiting.get(10, TimeUnit.SECONDS));
            isNoLongerThan(TTL.minus(LATE), pushed);
            assertThat(pushed.release()).isTrue();
            assertThat(tried.release()).isTrue();
        }
    }

    /** Only the connection that messages come by is cut: the next look finds the grant. */
    @Test
    void aGrantWhoseMessageWasLostIsFound() throws Exception {
        DistributedLock other = lock(handle());
        acquired(other.acquire("warm-up", TTL, WAIT)).close();
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting =
                other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        awaitQueued("seat", 1);
        deployment.nodes().forEach(node -> node.<Long>call(c -> c.clientKill(KillArgs.Builder.typePubsub())));
        assertThat(holder.release()).isTrue();
        Lease next = acquired(waiting.get(10, TimeUnit.SECONDS));
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        assertThat(next.release()).isTrue();
    }

    private static void isNoLongerThan(Duration most, Lease lease) {
        assertThat(lease.remaining()).isBetween(Duration.ofSeconds(1), most.minus(TTL.dividedBy(100)));
    }

    private List<Integer> connections() {
        String name = user.uri().replaceFirst("^[^:]*://([^:]*):.*$", "$1");
        List<Integer> connections = new ArrayList<>();
        deployment
                .nodes()
                .forEach(node -> connections.add((int) node.call(c -> c.clientList())
                        .lines()
                        .filter(line -> line.contains(" user=" + name + " "))
                        .count()));
        return connections;
    }

    private List<String> channels() {
        List<String> channels = new ArrayList<>();
        deployment.nodes().forEach(node -> {
            List<String> here =
                    node.call(c -> c.pubsubChannels(keys.channel("x").replaceAll("x$", "*")));
            Map<String, Long> heard =
                    here.isEmpty() ? Map.of() : node.call(c -> c.pubsubNumsub(here.toArray(String[]::new)));
            heard.forEach((channel, number) -> channels.add(channel));
        });
        return channels;
    }
}
