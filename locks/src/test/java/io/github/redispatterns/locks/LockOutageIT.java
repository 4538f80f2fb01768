package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A Redis that is frozen for longer than the timeout and than the lease: its holder is told in time all the same. The
 * outages are shorter than it takes Sentinels or a Cluster to replace a master.
 */
@RedisTest
class LockOutageIT extends LockFaultFixture {

    private static final int TRIES = 8;

    /**
     * Measured against the server's own clock: the end of the lease as it stands there. That nobody may act on the lease
     * then holds each time; that whoever listens has heard of it by then depends on the scheduler too.
     */
    @Test
    void theLossIsToldBeforeTheLeaseEndsOnTheFrozenServer() throws Exception {
        try (Redis admin = Handles.admin(deployment);
                ToldInTime inTime = new ToldInTime()) {
            ServerSideEnd ends = new ServerSideEnd(admin, keys);
            for (int i = 0; i < TRIES; i++) {
                isToldInTime("seat-" + i, ends, inTime);
            }
            inTime.check();
        }
    }

    /** A renewal that fails is counted, and tried again. */
    @Test
    void aRenewalThatFailsIsCounted() throws Exception {
        Redis impatient = closing(Handles.open(
                deployment,
                user,
                RedisOptions.builder().meterRegistry(registry).commandTimeout(Duration.ofMillis(100))));
        DistributedLock one = lock(impatient);
        LeaseOptions renewed =
                LeaseOptions.builder(Duration.ofMillis(1_200)).renewFor(TTL).build();
        Lease lease = acquired(one.acquire("seat", renewed));
        whileFrozen("seat", () -> Awaitility.await().until(() -> counted("renewals", "outcome", "failed") > 0));
        Awaitility.await().until(() -> counted("renewals", "outcome", "done") > 0 || !lease.isHeld());
        lease.close();
    }

    private void isToldInTime(String resource, ServerSideEnd ends, ToldInTime inTime) throws Exception {
        Lease lease = acquired(hasty.tryAcquire(resource, BRIEF));
        CompletableFuture<Long> told = lease.lost().toCompletableFuture().thenApply(loss -> System.nanoTime());
        long end = ends.of(resource, lease.fencingToken()).orElseThrow();
        long[] lastHeld = new long[1];
        whileFrozen(resource, () -> {
            Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                long now = System.nanoTime();
                boolean held = !lease.remaining().isZero();
                lastHeld[0] = held ? now : lastHeld[0];
                return !held;
            });
            assertThatThrownBy(lease::ensureHeld)
                    .isInstanceOfSatisfying(
                            LeaseLostException.class,
                            lost -> assertThat(lost.loss()).isEqualTo(Lease.Loss.EXPIRED));
            assertThat(lease.extend(TTL)).isFalse(); // asks nobody
            told.join();
        });
        assertThat(lastHeld[0]).isBetween(end - BRIEF.toNanos(), end);
        assertThat(lease.release()).isFalse();
        isFree(resource, lease.fencingToken());
        inTime.told(told.join(), end);
    }

    /** Asked while it was frozen, granted when it went on, and given back since nobody waits for it any more. */
    @Test
    void whatIsGrantedTooLateIsGivenBack() throws Exception {
        whileFrozen(
                "seat",
                () -> assertThat(timed(() -> assertThatThrownBy(() -> hasty.tryAcquire("seat", TTL))
                                .isInstanceOf(PatternsException.class)))
                        .isLessThan(TIMEOUT.multipliedBy(2).plusMillis(200).plus(NOISE))); // it asks twice
        isFree("seat", 0);
        assertThat(queued("seat")).isZero();
    }

    /** What a release could not say is true all the same: the lease ends, and whoever waits gets the lock. */
    @Test
    void aReleaseThatCannotBeSaidIsAnErrorAndNothingIsHeld() throws Exception {
        Lease lease = acquired(hasty.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting = waiting(other, "seat");
        awaitQueued("seat", 1);
        whileFrozen("seat", () -> {
            assertThatThrownBy(lease::release).isInstanceOf(PatternsException.class);
            assertThat(lease.remaining()).isZero();
            assertThatThrownBy(lease::ensureHeld).isInstanceOf(IllegalStateException.class);
        });
        isTheOneLease("seat", got(waiting)); // it was carried out late
        assertThat(registry.counter("redis.patterns.locks.releases.failed", "lock", "default")
                        .count())
                .isEqualTo(1);
    }

    /** Whoever waits goes on waiting, and no longer than it wanted to. */
    @Test
    void waitersOutliveAFreezeAndTheirBoundHolds() throws Exception {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> patient = waiting(other, "seat");
        awaitQueued("seat", 1);
        CompletableFuture<Acquisition> brief =
                hasty.acquireAsync("seat", TTL, Duration.ofMillis(400)).toCompletableFuture();
        awaitQueued("seat", 2);
        whileFrozen(
                "seat",
                () -> assertThat(timed(() -> assertThat(brief.get()).isInstanceOf(Acquisition.TimedOut.class)))
                        .isLessThan(Duration.ofMillis(400).plus(NOISE)));
        assertThat(patient).isNotDone();
        assertThat(holder.release()).isTrue();
        Lease next = got(patient);
        awaitQueued("seat", 0); // also the one that could not say that it waits no more
        isTheOneLease("seat", next);
    }

    /** Renewal goes on once Redis does, if that is in time. */
    @Test
    void aShortFreezeDoesNotEndARenewedLease() throws Exception {
        Lease lease = acquired(hasty.acquire(
                "seat",
                LeaseOptions.builder(Duration.ofMillis(1_500)).renewFor(TTL).build()));
        CompletableFuture<Lease.Loss> lost = lease.lost().toCompletableFuture();
        whileFrozen(
                "seat",
                () -> assertThatThrownBy(() -> hasty.tryAcquire("seat", TTL))
                        .isInstanceOf(PatternsException.class)); // twice the timeout
        double renewed = counted("renewals", "outcome", "done");
        Awaitility.await().until(() -> counted("renewals", "outcome", "done") > renewed + 1);
        assertThat(lost).isNotDone();
        isTheOneLease("seat", lease);
    }
}
