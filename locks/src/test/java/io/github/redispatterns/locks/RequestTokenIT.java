package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Whoever asks again by the same token has what it had, whatever comes of the repeat; and an old goodbye ends nothing new. */
@RedisTest
class RequestTokenIT extends LockFaultFixture {

    /** Longer than it takes to say a goodbye again. */
    private static final Duration A_WHILE = Duration.ofMillis(1_600);

    private static final LeaseOptions MINE =
            LeaseOptions.builder(TTL).requestToken("mine").build();
    private static final LeaseOptions WAITING =
            LeaseOptions.builder(TTL).requestToken("mine").maxWait(WAIT).build();

    @Test
    void aRefusedRepeatForMoreKeepsWhatWasHeld() {
        MultiLease first = lock.acquireAll(List.of("a", "b"), MINE).orElseThrow();
        Lease busy = acquired(other.tryAcquire("c", TTL));
        assertThat(lock.acquireAll(List.of("a", "b", "c"), MINE)).isInstanceOf(MultiAcquisition.Refused.class);
        first.leases().forEach(this::isStillHeld);
        assertThat(first.release()).isTrue();
        assertThat(busy.release()).isTrue();
        MultiLease next = other.acquireAll(List.of("a", "b", "c"), MINE).orElseThrow();
        assertThat(next.release()).isTrue();
    }

    @Test
    void aRepeatThatTooFewReplicasAcknowledgeKeepsWhatWasHeld() {
        Lease first = acquired(lock.acquire("seat", MINE));
        LeaseOptions many = LeaseOptions.builder(TTL)
                .requestToken("mine")
                .replicas(99, Duration.ofMillis(100))
                .build();
        assertThat(lock.acquire("seat", many)).isInstanceOf(Acquisition.Unreplicated.class);
        isStillHeld("seat", first);
        isTheOneLease("seat", first);
        assertThat(lock.acquire("seat", many)).isInstanceOf(Acquisition.Unreplicated.class);
        isFree("seat", first.fencingToken()); // nobody had it before
    }

    /** Before, while or after it is granted. */
    @Test
    void aCancelledRepeatKeepsWhatWasHeld() {
        Lease first = acquired(lock.acquire("seat", MINE));
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Acquisition> again =
                    lock.acquireAsync("seat", i % 2 == 0 ? MINE : WAITING).toCompletableFuture();
            if (i % 3 > 0) {
                Awaitility.await().pollDelay(Duration.ofMillis(i % 3)).until(() -> true);
            }
            again.cancel(false);
        }
        isStillHeld("seat", first);
        isTheOneLease("seat", first);
    }

    /** What the first has asked for is given back, or the second one's: not both. */
    @Test
    void whoeverCancelsAndAsksAgainHasIt() {
        acquired(lock.acquire("seat", WAITING)).close(); // it listens
        for (int i = 0; i < 50; i++) {
            LeaseOptions options = i % 2 == 0 ? MINE : WAITING;
            lock.acquireAsync("seat", options).toCompletableFuture().cancel(false);
            Lease lease = acquired(lock.acquire("seat", options));
            assertThat(lease.extend(TTL)).isTrue();
            assertThat(lease.release()).isTrue();
        }
        isFree("seat", 0);
    }

    @Test
    void anInterruptedRepeatKeepsWhatWasHeld() {
        Lease first = acquired(lock.acquire("seat", MINE));
        Awaitility.await().until(() -> threads.submit(this::isInterrupted).get()); // else the reply was there at once
        isStillHeld("seat", first);
        isTheOneLease("seat", first);
    }

    private boolean isInterrupted() {
        Thread.currentThread().interrupt();
        try {
            lock.acquire("seat", MINE);
            return false;
        } catch (CallInterruptedException e) {
            return Thread.interrupted();
        }
    }

    @Test
    void aRepeatOfUnknownOutcomeKeepsWhatWasHeld() throws Exception {
        for (LeaseOptions options : List.of(MINE, WAITING)) {
            Lease first = acquired(hasty.acquire("seat", MINE));
            whileFrozen(
                    "seat",
                    () -> assertThatThrownBy(() -> hasty.acquire("seat", options))
                            .isInstanceOf(PatternsException.class));
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(PatternsException.class)
                    .until(() -> first.extend(TTL));
            isHeldForAWhile("seat", first);
            isTheOneLease("seat", first);
        }
    }

    /** What could not be given back is asked for again, and then held. */
    @Test
    void whoeverAsksAgainAfterAnUnknownOutcomeHasIt() throws Exception {
        for (LeaseOptions options : List.of(MINE, WAITING)) {
            whileFrozen("seat", () -> {
                assertThatThrownBy(() -> hasty.acquire("seat", options)).isInstanceOf(PatternsException.class);
                Awaitility.await().pollDelay(TIMEOUT.multipliedBy(2)).until(() -> true); // nor could it be given back
            });
            Lease[] again = new Lease[1];
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .ignoreExceptionsInstanceOf(PatternsException.class)
                    .until(() -> {
                        again[0] = acquired(hasty.acquire("seat", options));
                        return again[0].isHeld();
                    });
            isHeldForAWhile("seat", again[0]);
            isTheOneLease("seat", again[0]);
        }
    }

    /** The goodbye is under way when it asks again, and fails after that. */
    @Test
    void whoeverAsksAgainWhileTheGoodbyeIsUnderWayHasIt() throws Exception {
        CompletableFuture<Acquisition> again = new CompletableFuture<>();
        whileFrozen("seat", () -> {
            assertThatThrownBy(() -> hasty.acquire("seat", MINE)).isInstanceOf(PatternsException.class);
            hasty.acquireAsync("seat", WAITING).whenComplete((outcome, failure) -> {
                if (failure == null) {
                    again.complete(outcome);
                } else {
                    again.completeExceptionally(failure);
                }
            });
            Awaitility.await().pollDelay(TIMEOUT.dividedBy(2)).until(() -> true);
        });
        try {
            Lease lease = got(again);
            isHeldForAWhile("seat", lease);
            isTheOneLease("seat", lease);
        } catch (ExecutionException away) {
            assertThat(away).hasCauseInstanceOf(PatternsException.class);
            isFree("seat", 0);
        }
    }

    /** One that is over must not end the one that came after it. */
    @Test
    void closingALeaseThatWasLostKeepsTheNext() throws Exception {
        Lease lost = acquired(lock.acquire(
                "seat",
                LeaseOptions.builder(Duration.ofMillis(200))
                        .requestToken("mine")
                        .build()));
        assertThat(lost.lost().toCompletableFuture().get(5, TimeUnit.SECONDS)).isEqualTo(Lease.Loss.EXPIRED);
        Lease[] next = new Lease[1];
        Awaitility.await()
                .until(
                        () -> { // it is over for its holder a little before it is in Redis
                            next[0] = acquired(lock.acquire("seat", WAITING));
                            return next[0].fencingToken() > lost.fencingToken();
                        });
        assertThat(lost.release()).isFalse();
        lost.close();
        isStillHeld("seat", next[0]);
        isTheOneLease("seat", next[0]);
    }

    /** Redis has lost the first, and has given the lock anew: whoever has both objects has one lease. */
    @Test
    void aLeaseThatRedisHasGivenAnewIsRevoked() {
        Lease first = acquired(lock.acquire("seat", MINE));
        CompletableFuture<Lease.Loss> lost = first.lost().toCompletableFuture();
        admin("seat", c -> c.del(keys.key("seat")));
        Lease next = acquired(lock.acquire("seat", MINE));
        assertThat(lost.join()).isEqualTo(Lease.Loss.REVOKED);
        assertThat(first.release()).isFalse();
        isStillHeld("seat", next);
        isTheOneLease("seat", next);
    }

    /** It is one lease: nobody may go on with it. */
    @Test
    void whoeverReleasesOneHasReleasedBoth() {
        Lease first = acquired(lock.acquire("seat", MINE));
        Lease again = acquired(lock.acquire("seat", MINE));
        assertThat(again.fencingToken()).isEqualTo(first.fencingToken());
        assertThat(again.release()).isTrue();
        assertThatThrownBy(first::ensureHeld).isInstanceOf(IllegalStateException.class);
        assertThat(first.release()).isTrue();
        Lease next = acquired(other.tryAcquire("seat", TTL));
        first.close();
        assertThat(timed("holds", "end", "lost")).isZero();
        isTheOneLease("seat", next);
    }

    /** One that does not wait says no goodbye for one that does; but whoever goes last says it. */
    @Test
    void aBusyRepeatKeepsThePlaceOfTheOneThatWaits() throws Exception {
        Lease holder = acquired(other.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waits =
                hasty.acquireAsync("seat", WAITING).toCompletableFuture();
        awaitQueued("seat", 1);
        assertThat(hasty.acquire("seat", MINE)).isInstanceOf(Acquisition.Busy.class);
        assertThatThrownBy(() -> hasty.acquire("seat", WAITING)).isInstanceOf(IllegalStateException.class);
        whileFrozen(
                "seat",
                () -> assertThatThrownBy(() -> hasty.acquire("seat", MINE)).isInstanceOf(PatternsException.class));
        Awaitility.await().ignoreExceptionsInstanceOf(PatternsException.class).until(() -> holder.extend(TTL));
        Awaitility.await().during(A_WHILE).until(() -> queued("seat") == 1);
        assertThat(holder.release()).isTrue();
        isTheOneLease("seat", got(waits));
        Lease second = acquired(other.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> goes =
                hasty.acquireAsync("seat", WAITING).toCompletableFuture();
        awaitQueued("seat", 1);
        assertThat(goes.cancel(false)).isTrue();
        assertThatThrownBy(goes::join).isInstanceOf(CancellationException.class);
        awaitQueued("seat", 0);
        isTheOneLease("seat", second);
    }

    private void isHeldForAWhile(String resource, Lease lease) {
        Awaitility.await().during(A_WHILE).atMost(A_WHILE.multipliedBy(4)).until(() -> {
            isStillHeld(resource, lease);
            return true;
        });
    }

    /** For Redis too, and for everybody else. */
    private void isStillHeld(String resource, Lease lease) {
        lease.ensureHeld();
        assertThat(other.tryAcquire(resource, TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(lease.extend(TTL)).isTrue();
    }
}
