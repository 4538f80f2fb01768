package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A lease that is extended in the background. */
@RedisTest
class RenewalIT extends LocksFixture {

    private static final Duration BRIEF = Duration.ofMillis(600);

    @Test
    void aLeaseOutlastsItsTime() {
        Lease lease = acquired(lock.acquire("work", renewed(Duration.ofMinutes(1))));
        long began = System.nanoTime();
        DistributedLock other = lock(handle());
        Awaitility.await().until(() -> {
            lease.ensureHeld();
            assertThat(other.tryAcquire("work", BRIEF)).isInstanceOf(Acquisition.Busy.class);
            return System.nanoTime() - began > BRIEF.multipliedBy(4).toNanos();
        });
        assertThat(counted("renewals", "outcome", "done")).isGreaterThanOrEqualTo(8);
        assertThat(lease.release()).isTrue();
    }

    @Test
    void itStopsWhenTheLeaseIsClosed() {
        Lease lease = acquired(lock.acquire("work", renewed(Duration.ofMinutes(1))));
        Awaitility.await().until(() -> counted("renewals", "outcome", "done") >= 2);
        lease.close();
        assertStopped();
        assertThat(acquired(lock(handle()).tryAcquire("work", TTL)).release()).isTrue();
    }

    @Test
    void itStopsWhenTheLeaseIsLost() throws Exception {
        Lease lease = acquired(lock.acquire("work", renewed(Duration.ofMinutes(1))));
        CompletionStage<Lease.Loss> lost = lease.lost();
        Awaitility.await().until(() -> counted("renewals", "outcome", "done") >= 1);
        admin("work", c -> c.del(keys.key("work")));
        assertThat(lost.toCompletableFuture().get(2, TimeUnit.SECONDS)).isEqualTo(Lease.Loss.REVOKED);
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
        assertStopped();
    }

    @Test
    void itStopsAtTheLongestLifetime() throws Exception {
        Duration lifetime = BRIEF.multipliedBy(3);
        long began = System.nanoTime();
        Lease lease = acquired(lock.acquire("work", renewed(lifetime)));
        assertThat(lease.lost().toCompletableFuture().get(10, TimeUnit.SECONDS)).isEqualTo(Lease.Loss.EXPIRED);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(lifetime.minus(Duration.ofMillis(150)), lifetime.plusMillis(200));
        assertStopped();
        Awaitility.await()
                .atMost(Duration.ofSeconds(1))
                .until(() -> lock(handle()).tryAcquire("work", TTL) instanceof Acquisition.Acquired);
    }

    @Test
    void whileRedisIsFrozenItIsTriedAgainAndTheHolderIsToldInTime() throws Exception {
        try (Redis admin = Handles.admin(deployment);
                ToldInTime inTime = new ToldInTime()) {
            ServerSideEnd ends = new ServerSideEnd(admin, keys);
            for (int i = 0; i < 6; i++) {
                whileRedisIsFrozenTheHolderIsTold("work-" + i, ends, inTime);
            }
            inTime.check();
        }
    }

    private void whileRedisIsFrozenTheHolderIsTold(String resource, ServerSideEnd ends, ToldInTime inTime)
            throws Exception {
        Lease lease = acquired(lock.acquire(resource, renewed(Duration.ofMinutes(1))));
        RedisNode master = deployment.masterOf(keys.key(resource));
        CompletableFuture<Long> told = lease.lost()
                .thenApply(loss -> {
                    assertThat(loss).isEqualTo(Lease.Loss.EXPIRED);
                    return System.nanoTime();
                })
                .toCompletableFuture();
        double before = counted("renewals", "outcome", "done");
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() -> counted("renewals", "outcome", "done") > before); // the next is a third of its time away
        long end = ends.of(resource, lease.fencingToken()).orElseThrow();
        master.pause();
        try {
            long last = told.get(5, TimeUnit.SECONDS);
            assertThat(last).isGreaterThan(end - BRIEF.toNanos());
            inTime.told(last, end);
        } finally {
            master.resume();
        }
        assertThat(lease.remaining()).isZero();
    }

    private LeaseOptions renewed(Duration lifetime) {
        return LeaseOptions.builder(BRIEF).renewFor(lifetime).build();
    }

    private void assertStopped() {
        double before = counted("renewals", "outcome", "done") + counted("renewals", "outcome", "failed");
        Awaitility.await().pollDelay(BRIEF).until(() -> true);
        assertThat(counted("renewals", "outcome", "done") + counted("renewals", "outcome", "failed"))
                .isEqualTo(before);
    }
}
