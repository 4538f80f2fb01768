package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Nobody else gets the lock sooner, even if its holder is done sooner. */
@RedisTest
class MinimumHoldIT extends LocksFixture {

    private static final Duration HOLD = Duration.ofMillis(1_500);
    /** What timers and loaded machines add. */
    private static final Duration SLACK = Duration.ofSeconds(3);

    private final LeaseOptions options = LeaseOptions.builder(TTL).minHold(HOLD).build();

    @Test
    void aReleasedLockIsKeptUntilTheTimeHasPassed() {
        long began = System.nanoTime();
        Lease lease = acquired(lock.acquire("job", options));
        assertThat(lease.release()).isTrue();
        DistributedLock other = lock(handle());
        Acquisition refused = other.tryAcquire("job", TTL);
        assertThat(refused)
                .isInstanceOfSatisfying(
                        Acquisition.Busy.class,
                        busy -> assertThat(busy.holderRemaining()).isBetween(Duration.ofMillis(1), HOLD));
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(IllegalStateException.class);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .until(() -> other.tryAcquire("job", TTL) instanceof Acquisition.Acquired acquired
                        && acquired.lease().release());
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(HOLD.minusMillis(5), HOLD.plus(SLACK));
    }

    @Test
    void whoeverWaitsGetsItRightAfterwards() throws Exception {
        long began = System.nanoTime();
        Lease lease = acquired(lock.acquire("job", options));
        CompletableFuture<Lease> waiting = lock(handle())
                .acquireAsync("job", TTL, WAIT)
                .thenApply(Acquisition::orElseThrow)
                .toCompletableFuture();
        Awaitility.await().until(() -> admin("job", c -> LockView.waiters(c, keys.key("job"))) == 1);
        assertThat(lease.release()).isTrue();
        Lease next = waiting.get(10, TimeUnit.SECONDS);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(HOLD.minusMillis(5), HOLD.plus(SLACK));
        assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
        assertThat(next.release()).isTrue();
    }

    @Test
    void aLeaseThatWasHeldLongerIsFreeAtOnce() {
        LeaseOptions brief =
                LeaseOptions.builder(TTL).minHold(Duration.ofMillis(50)).build();
        long began = System.nanoTime();
        Lease lease = acquired(lock.acquire("job", brief));
        Awaitility.await()
                .until(() -> System.nanoTime() - began > Duration.ofMillis(60).toNanos());
        assertThat(lease.release()).isTrue();
        assertThat(acquired(lock(handle()).tryAcquire("job", TTL)).release()).isTrue();
    }

    /** Two servers whose clocks differ start the same job: it runs once. */
    @Test
    void aJobThatIsStartedTwiceRunsOnce() {
        int ran = 0;
        for (DistributedLock each : new DistributedLock[] {lock, lock(handle()), lock(handle())}) {
            if (each.acquire("job", options) instanceof Acquisition.Acquired acquired) {
                try (Lease lease = acquired.lease()) {
                    lease.ensureHeld();
                    ran++;
                }
            }
        }
        assertThat(ran).isEqualTo(1);
    }
}
