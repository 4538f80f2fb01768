package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import io.github.redispatterns.testkit.FrozenTime;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server's clock is moved, forward and back, under locks that are held and waited for. */
@RedisTest
class LockClockIT extends LocksFixture {

    private final FrozenTime clock = FrozenTime.atMicros(TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()));
    private DistributedLock one;
    private DistributedLock other;

    @BeforeEach
    void openBesideTheClock() {
        one = lock(frozen());
        other = lock(frozen());
        for (DistributedLock each : new DistributedLock[] {one, other}) { // so that it listens
            acquired(each.acquire("warm-up", TTL, WAIT)).close();
        }
    }

    @Test
    void fencingTokensGoOnWhenTheClockIsSetBack() {
        long highest = 0;
        for (int i = 0; i < 5; i++) {
            Lease lease = acquired(one.tryAcquire("seat", TTL));
            assertThat(lease.fencingToken()).isGreaterThan(highest);
            highest = lease.fencingToken();
            assertThat(lease.release()).isTrue();
            clock.advance(Duration.ofHours(-1));
        }
    }

    /** A held lock stays held; it lasts longer on the server than its holder believes, never shorter. */
    @Test
    void aClockThatIsSetBackEndsNoLease() throws Exception {
        Lease holder = acquired(one.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting =
                other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        awaitQueued("seat", 1);
        clock.advance(Duration.ofMinutes(-10));
        assertThat(holder.remaining()).isLessThan(TTL);
        assertThat(one.tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(holder.extend(TTL)).isTrue();
        assertThat(holder.release()).isTrue();
        Lease next = acquired(waiting.get(10, TimeUnit.SECONDS));
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        next.ensureHeld();
        assertThat(next.release()).isTrue();
    }

    /** The holder cannot know, but by asking; whoever comes has the greater fencing token. */
    @Test
    void aClockThatIsSetForwardEndsLeases() throws Exception {
        Lease holder = acquired(one.tryAcquire("seat", TTL));
        clock.advance(TTL.plusSeconds(1));
        Lease next = acquired(other.tryAcquire("seat", TTL));
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        assertThat(holder.extend(TTL)).isFalse();
        assertThat(holder.lost().toCompletableFuture().get()).isEqualTo(Lease.Loss.REVOKED);
        assertThat(holder.release()).isFalse();
        assertThat(next.extend(TTL)).isTrue();
        assertThat(next.release()).isTrue();
    }

    /** Everybody counts as dead for a moment; whoever lost its place queues again. */
    @Test
    void nobodyWaitsInVainWhenTheClockIsSetForward() throws Exception {
        Lease holder = acquired(one.tryAcquire("seat", Duration.ofMinutes(10)));
        CompletableFuture<Acquisition> waiting =
                other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        awaitQueued("seat", 1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(holder.release()).isTrue(); // finds nobody alive
        Lease next = acquired(waiting.get(10, TimeUnit.SECONDS));
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        assertThat(next.release()).isTrue();
    }

    /** Also if another of its process came first, by whom the process is known again. */
    @Test
    void nobodyWaitsInVainBecauseAnotherOfItsProcessCame() throws Exception {
        Lease holder = acquired(one.tryAcquire("seat", Duration.ofMinutes(10)));
        CompletableFuture<Acquisition> waiting =
                other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        awaitQueued("seat", 1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(holder.release()).isTrue();
        Lease between = acquired(one.tryAcquire("seat", Duration.ofMinutes(10)));
        CompletableFuture<Acquisition> second =
                other.acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        awaitQueued("seat", 2);
        assertThat(between.release()).isTrue();
        CompletableFuture.anyOf(waiting, second).get(10, TimeUnit.SECONDS);
        acquired(waiting.isDone() ? waiting.get() : second.get()).close();
        CompletableFuture.allOf(waiting, second).get(10, TimeUnit.SECONDS);
    }

    private Redis frozen() {
        RedisOptions.Builder options = RedisOptions.builder()
                .meterRegistry(registry)
                .scriptHook(new ScriptHook(clock::rewrite, clock::argument));
        return closing(Handles.open(deployment, user, options));
    }
}
