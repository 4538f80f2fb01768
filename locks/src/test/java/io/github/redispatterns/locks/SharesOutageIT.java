package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What {@link LockOutageIT} does to a lock, and a half-open link, for readers, writers and permits at once. */
@RedisTest
class SharesOutageIT extends KindsFixture {

    /** Holders know it meanwhile; and what is granted when nobody waits for it any more is given back. */
    @Test
    void aFreezeThatOutlastsTheLease() throws Exception {
        List<Lease> holders = held(BRIEF);
        whileFrozen(seats.get(0).name(), () -> {
            areLostInTime(holders);
            othersAreRefusedInTime();
        });
        assertThat(holders).noneMatch(Lease::release);
        for (int i = 0; i < seats.size(); i++) {
            isFree(seats.get(i), seats.get(i).name(), holders.get(i).fencingToken());
        }
        othersAreFree();
    }

    /** Whoever waits goes on waiting, and no longer than it wanted to; and a release is carried out late. */
    @Test
    void waitersOutliveAFreezeAndTheirBoundHolds() throws Exception {
        List<Lease> holders = held(TTL);
        List<CompletableFuture<Acquisition>> patient = rivals();
        Duration bound = Duration.ofMillis(400);
        List<CompletableFuture<Acquisition>> brief = each(seat -> {
            CompletableFuture<Acquisition> waiting =
                    seat.holder().acquireAsync(seat.name(), TTL, bound).toCompletableFuture();
            awaitQueued(seat.name(), 2);
            return waiting;
        });
        whileFrozen(seats.get(0).name(), () -> {
            assertThat(timed(() ->
                            assertThat(brief).allMatch(waiting -> waiting.join() instanceof Acquisition.TimedOut)))
                    .isLessThan(bound.plus(NOISE));
            List<CompletableFuture<Boolean>> releasing = new ArrayList<>();
            holders.forEach(holder -> releasing.add(holder.releaseAsync().toCompletableFuture()));
            for (CompletableFuture<Boolean> release : releasing) {
                assertThatThrownBy(release::join).hasCauseInstanceOf(PatternsException.class);
            }
            assertThat(patient).noneMatch(CompletableFuture::isDone);
        });
        for (int i = 0; i < seats.size(); i++) {
            got(patient.get(i));
            awaitQueued(seats.get(i).name(), 0); // also the one that could not say that it waits no more
        }
        areTheNext(holders, patient);
    }

    @Test
    void aHalfOpenLinkFailsCallsInTimeAndEndsLeasesInTime() throws Exception {
        List<Lease> before = held(TTL);
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis behind = Handles.open(
                        deployment,
                        user,
                        RedisOptions.builder().commandTimeout(TIMEOUT).clientResources(proxies.clientResources()))) {
            List<Seat> direct = List.copyOf(seats);
            seats.replaceAll(seat -> new Seat(
                    seat.kind(),
                    seat.name(),
                    seat.kind().holder(behind, keys),
                    seat.kind().rival(behind, keys)));
            List<Lease> held = each(seat -> acquired(seat.holder().acquire(seat.name() + " held", BRIEF, WAIT)));
            List<CompletableFuture<Acquisition>> waiting = rivals();
            proxies.halfOpen();
            othersAreRefusedInTime();
            areLostInTime(held);
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            proxies.restore();
            assertThat(before).allMatch(Lease::release);
            for (CompletableFuture<Acquisition> each : waiting) {
                assertThat(got(each).release()).isTrue();
            }
            each(seat -> {
                seat.holder().close();
                seat.rival().close();
                return seat;
            });
            seats.clear();
            seats.addAll(direct);
        }
        for (int i = 0; i < seats.size(); i++) {
            isFree(seats.get(i), seats.get(i).name(), before.get(i).fencingToken());
            isFree(seats.get(i), seats.get(i).name() + " held", 0);
        }
        othersAreFree();
    }

    private static void areLostInTime(List<Lease> leases) {
        for (Lease lease : leases) {
            assertThat(lease.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
            assertThat(lease.remaining()).isZero();
            assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
            assertThat(lease.extend(TTL)).isFalse(); // asks nobody
        }
    }
}
