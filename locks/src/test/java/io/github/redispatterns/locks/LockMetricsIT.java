package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the timers count, and how long it took. */
@RedisTest
class LockMetricsIT extends LocksFixture {

    private static final Duration A_WHILE = Duration.ofMillis(300);
    /** What a busy machine may add. */
    private static final Duration NOISE = Duration.ofSeconds(5);

    @Test
    void waitsAndHoldsAreTimed() throws Exception {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        long held = System.nanoTime();
        assertThat(timed("acquisitions", "outcome", "acquired")).isEqualTo(1);
        assertThat(took("acquisitions", "outcome", "acquired")).isBetween(Duration.ofNanos(1), NOISE);
        DistributedLock other = lock(handle());
        assertThat(other.tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(timed("acquisitions", "outcome", "busy")).isEqualTo(1);
        assertThat(other.acquire("seat", TTL, A_WHILE)).isInstanceOf(Acquisition.TimedOut.class);
        assertThat(timed("acquisitions", "outcome", "timed-out")).isEqualTo(1);
        assertThat(took("acquisitions", "outcome", "timed-out")).isBetween(A_WHILE, A_WHILE.plus(NOISE));
        Duration before = took("acquisitions", "outcome", "acquired");
        CompletableFuture<Acquisition> waiting =
                other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        Awaitility.await().pollDelay(A_WHILE).until(() -> true);
        assertThat(holder.release()).isTrue();
        Duration hold = Duration.ofNanos(System.nanoTime() - held);
        Lease next = acquired(waiting.get(10, TimeUnit.SECONDS));
        assertThat(timed("acquisitions", "outcome", "acquired")).isEqualTo(2);
        assertThat(took("acquisitions", "outcome", "acquired")).isBetween(before.plus(A_WHILE), hold.plus(NOISE));
        assertThat(timed("holds", "end", "released")).isEqualTo(1);
        assertThat(took("holds", "end", "released"))
                .isBetween(A_WHILE.multipliedBy(2), hold.plus(NOISE)); // both waits were for it
        assertThat(next.release()).isTrue();
        assertThat(timed("holds", "end", "released")).isEqualTo(2);
        assertThat(timed("holds", "end", "lost")).isZero();
        assertThat(timed("acquisitions", "outcome", "failed")).isZero();
    }

    @Test
    void aLossIsAHoldUntilThen() {
        Lease lease = acquired(lock.tryAcquire("seat", A_WHILE));
        assertThat(lease.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
        Awaitility.await().until(() -> timed("holds", "end", "lost") == 1);
        assertThat(took("holds", "end", "lost")).isBetween(A_WHILE.dividedBy(2), A_WHILE.plus(NOISE));
        assertThat(timed("holds", "end", "released")).isZero();
    }

    /** Whoever has gone has acquired nothing. */
    @Test
    void whoeverCancelsHasFailed() {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting =
                lock.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        awaitQueued("seat", 1);
        assertThat(waiting.cancel(false)).isTrue();
        Awaitility.await().until(() -> timed("acquisitions", "outcome", "failed") == 1);
        assertThat(timed("acquisitions", "outcome", "acquired")).isEqualTo(1);
        assertThat(holder.release()).isTrue();
    }

    private Duration took(String meter, String tag, String value) {
        return Duration.ofNanos((long) registry.timer("redis.patterns.locks." + meter, "lock", "default", tag, value)
                .totalTime(TimeUnit.NANOSECONDS));
    }
}
