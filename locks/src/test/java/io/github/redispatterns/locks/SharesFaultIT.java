package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What {@link LockFaultIT} does to a lock, done to readers, writers and permits at once. A cut reply is in
 * {@link SharesLostReplyIT}, a Redis that does not answer in {@link SharesOutageIT}, another master in
 * {@link LockTopologyIT}, a moving slot in {@link SharesMigrationIT}, a restart in {@link LockRestartIT}, another type in
 * {@link SharesInputIT}, a moved clock in {@link ShareModelIT}.
 */
@RedisTest
class SharesFaultIT extends KindsFixture {

    @Test
    void scriptFlushBetweenAllSteps() throws Exception {
        deployment.flushScripts();
        List<Lease> holders = held(TTL);
        deployment.flushScripts();
        List<CompletableFuture<Acquisition>> waiting = rivals();
        deployment.flushScripts();
        assertThat(holders).allMatch(lease -> lease.extend(TTL));
        deployment.flushScripts();
        assertThat(holders).allMatch(Lease::release);
        areTheNext(holders, waiting);
    }

    /** Those who wait queue again; whoever held it learns from Redis that it does not any more. */
    @Test
    void flushAllRevokesTheLeaseAndLosesNobodyWhoWaits() throws Exception {
        List<Lease> holders = held(TTL);
        List<CompletableFuture<Acquisition>> waiting = rivals();
        master(seats.get(0).name()).call(c -> c.flushall());
        for (CompletableFuture<Acquisition> each : waiting) {
            got(each);
        }
        for (Lease holder : holders) {
            assertThat(holder.extend(TTL)).isFalse();
            assertThat(holder.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.REVOKED);
            assertThatThrownBy(holder::ensureHeld).isInstanceOf(LeaseLostException.class);
            assertThat(holder.release()).isFalse();
        }
        areTheNext(holders, waiting);
    }

    @Test
    void allConnectionsAreKilled() throws Exception {
        List<Lease> holders = held(TTL);
        List<CompletableFuture<Acquisition>> waiting = rivals();
        for (int i = 0; i < 2; i++) {
            deployment.dropClients();
            holders.forEach(holder -> soon(() -> holder.extend(TTL)));
        }
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        deployment.dropClients();
        holders.forEach(holder -> soon(holder::release));
        areTheNext(holders, waiting);
    }

    /** Asked for in vain, and carried out later: what nobody waits for any more is given back. */
    @Test
    void pausedWritesFailInTimeAndLeaveNothingBehind() throws Exception {
        List<Lease> holders = held(BRIEF);
        List<CompletableFuture<Acquisition>> waiting = rivals();
        whileWritesArePaused(() -> {
            othersAreRefusedInTime();
            for (Lease holder : holders) {
                assertThat(holder.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
            }
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
        });
        areTheNext(holders, waiting);
        othersAreFree();
    }

    /** And what a holder that died has left is handed over by whoever looks. */
    @Test
    void aFullServerRefusesNewLeasesAndKeepsTheOldOnes() throws Exception {
        List<Lease> holders = held(TTL);
        each(seat -> acquired(seat.holder().tryAcquire(seat.other(), BRIEF))); // and is left
        List<CompletableFuture<Acquisition>> waiting = rivals();
        List<CompletableFuture<Acquisition>> heirs = each(seat -> {
            CompletableFuture<Acquisition> heir = waiting(seat.rival(), seat.other());
            awaitQueued(seat.other(), 1);
            return heir;
        });
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            each(seat -> isFull(() -> seat.holder().tryAcquire(seat.name() + " new", TTL)));
            each(seat -> isFull(() -> seat.rival().acquire(seat.name(), TTL, WAIT)));
            assertThat(holders).allMatch(holder -> holder.extend(TTL.multipliedBy(2)));
            each(seat -> assertThat(queued(seat.name())).isEqualTo(1));
            assertThat(holders).allMatch(Lease::release);
            for (CompletableFuture<Acquisition> each : waiting) {
                assertThat(got(each).extend(TTL)).isTrue();
            }
            for (CompletableFuture<Acquisition> each : heirs) {
                assertThat(got(each).release()).isTrue();
            }
        }
        areTheNext(holders, waiting);
        othersAreFree();
    }

    /** Its end of the connection is closed in the midst of things. */
    @Test
    void aClientThatDiesKeepsNobodyWaitingLongerThanItsLease() throws Exception {
        Redis handle = hastyHandle();
        long began = System.nanoTime();
        List<Lease> dying =
                each(seat -> acquired(closing(seat.kind().holder(handle, keys)).tryAcquire(seat.name(), BRIEF)));
        List<CompletableFuture<Acquisition>> waiting = rivals();
        handle.close();
        for (CompletableFuture<Acquisition> each : waiting) {
            got(each);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(BRIEF, BRIEF.plusSeconds(1).plus(NOISE));
        areTheNext(dying, waiting);
    }

    @Test
    void aClientThatIsPausedLongerThanItsLeaseLearnsIt() throws Exception {
        List<Lease> paused = held(Duration.ofMillis(200));
        List<CompletableFuture<Acquisition>> waiting = rivals();
        for (CompletableFuture<Acquisition> each : waiting) {
            got(each); // they do nothing meanwhile
        }
        for (Lease lease : paused) {
            assertThat(lease.remaining()).isZero();
            assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
            assertThat(lease.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
            assertThat(lease.extend(TTL)).isFalse();
            assertThat(lease.release()).isFalse();
        }
        areTheNext(paused, waiting);
    }

    /** As one does that was demoted. Elsewhere somebody mends it ({@link LockTopologyIT}). */
    @Test
    void aServerThatRefusesWritesIsATypedError() throws Exception {
        if (deployment.topology() != Topology.STANDALONE) {
            return;
        }
        List<Lease> holders = held(TTL);
        List<CompletableFuture<Acquisition>> waiting = rivals();
        deployment.nodes().get(0).call(c -> c.replicaof("127.0.0.1", 1)); // nobody is there
        try {
            each(seat -> assertThatThrownBy(() -> seat.holder().tryAcquire(seat.other(), TTL))
                    .isInstanceOf(NotExecutedException.class));
            for (Lease holder : holders) {
                assertThatThrownBy(() -> holder.extend(TTL)).isInstanceOf(NotExecutedException.class);
                holder.ensureHeld();
            }
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
        } finally {
            deployment.nodes().get(0).call(c -> c.replicaofNoOne());
        }
        holders.forEach(holder -> soon(holder::release));
        areTheNext(holders, waiting);
    }

    private static void soon(Callable<Boolean> step) {
        Awaitility.await().ignoreExceptionsInstanceOf(PatternsException.class).until(step);
    }

    private static boolean isFull(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("OOM");
        return true;
    }
}
