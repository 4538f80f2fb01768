package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Faults of a Redis that forgets, is full, refuses writes or ends connections; and clients that die or stop. A cut reply
 * is in {@link LockLostReplyIT}, a Redis that does not answer in {@link LockOutageIT}, another master in
 * {@link LockTopologyIT}, a moving slot in {@link LockMigrationIT}, a restart in {@link LockRestartIT}, a moved clock in
 * {@link LockClockIT}.
 */
@RedisTest
class LockFaultIT extends LockFaultFixture {

    @Test
    void scriptFlushBetweenAllSteps() throws Exception {
        deployment.flushScripts();
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        deployment.flushScripts();
        CompletableFuture<Acquisition> waiting = waiting(other, "seat");
        awaitQueued("seat", 1);
        deployment.flushScripts();
        assertThat(holder.extend(TTL)).isTrue();
        deployment.flushScripts();
        assertThat(holder.release()).isTrue();
        Lease next = got(waiting);
        deployment.flushScripts();
        isTheOneLease("seat", next);
    }

    /** Those who wait queue again; whoever held it learns from Redis that it does not any more. */
    @Test
    void flushAllRevokesTheLeaseAndLosesNobodyWhoWaits() throws Exception {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        CompletableFuture<Lease.Loss> lost = holder.lost().toCompletableFuture();
        CompletableFuture<Acquisition> first = waiting(other, "seat");
        awaitQueued("seat", 1);
        CompletableFuture<Acquisition> second = waiting(hasty, "seat");
        awaitQueued("seat", 2);
        admin("seat", c -> c.flushall());
        CompletableFuture.anyOf(first, second).join();
        Lease next = got(first.isDone() ? first : second);
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        assertThat(holder.extend(TTL)).isFalse();
        assertThat(lost.join()).isEqualTo(Lease.Loss.REVOKED);
        assertThatThrownBy(holder::ensureHeld).isInstanceOf(LeaseLostException.class);
        assertThat(holder.remaining()).isZero();
        assertThat(holder.release()).isFalse();
        awaitQueued("seat", 1);
        assertThat(next.release()).isTrue();
        isTheOneLease("seat", got(first.isDone() && got(first) == next ? second : first));
    }

    @Test
    void allConnectionsAreKilled() throws Exception {
        Lease holder = acquired(hasty.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting = waiting(other, "seat");
        awaitQueued("seat", 1);
        for (int i = 0; i < 3; i++) {
            deployment.dropClients();
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(PatternsException.class)
                    .until(() -> holder.extend(TTL));
        }
        assertThat(waiting).isNotDone();
        deployment.dropClients();
        assertThat(holder.release()).isTrue();
        isTheOneLease("seat", got(waiting));
    }

    /** Asked for in vain, and carried out later: what nobody waits for any more is given back. */
    @Test
    void pausedWritesFailInTimeAndLeaveNothingBehind() throws Exception {
        Lease holder = acquired(hasty.tryAcquire("seat", BRIEF));
        CompletableFuture<Lease.Loss> lost = holder.lost().toCompletableFuture();
        CompletableFuture<Acquisition> waiting = waiting(other, "seat");
        awaitQueued("seat", 1);
        whileWritesArePaused(() -> {
            assertThat(timed(() -> assertThatThrownBy(() -> hasty.tryAcquire("free", TTL))
                            .isInstanceOf(PatternsException.class)))
                    .isLessThan(TIMEOUT.multipliedBy(2).plusMillis(200).plus(NOISE)); // it asks twice
            assertThatThrownBy(() -> holder.extend(TTL)).isInstanceOf(PatternsException.class);
            assertThat(lost.join()).isEqualTo(Lease.Loss.EXPIRED);
            assertThat(waiting).isNotDone();
        });
        Lease next = got(waiting);
        assertThat(next.fencingToken()).isGreaterThan(holder.fencingToken());
        isFree("free", 0);
        assertThat(next.release()).isTrue();
        isFree("seat", next.fencingToken());
    }

    @Test
    void aFullServerRefusesNewLeasesAndKeepsTheOldOnes() throws Exception {
        Lease holder = acquired(hasty.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting = waiting(other, "seat");
        awaitQueued("seat", 1);
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            assertThatThrownBy(() -> hasty.tryAcquire("free", TTL))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageStartingWith("OOM");
            assertThatThrownBy(() -> hasty.acquire("seat", TTL, WAIT))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageStartingWith("OOM");
            assertThat(holder.extend(TTL.multipliedBy(2))).isTrue();
            assertThat(holder.remaining()).isGreaterThan(TTL);
            assertThat(queued("seat")).isEqualTo(1);
            assertThat(holder.release()).isTrue();
            Lease next = got(waiting);
            assertThat(next.extend(TTL)).isTrue();
            assertThat(next.release()).isTrue();
        }
        isFree("seat", holder.fencingToken());
        isFree("free", 0);
    }

    /** Also of a holder that dies, whose lock is handed over by whoever looks. */
    @Test
    void aFullServerHandsOverWhatADeadHolderLeft() throws Exception {
        Lease dies = acquired(hasty.tryAcquire("seat", BRIEF));
        CompletableFuture<Acquisition> waiting = waiting(other, "seat");
        awaitQueued("seat", 1);
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            Lease next = got(waiting);
            assertThat(next.fencingToken()).isGreaterThan(dies.fencingToken());
            assertThat(next.release()).isTrue();
        }
    }

    @Test
    void anEvictedLockIsLostAndSaysSo() {
        Lease holder = acquired(hasty.tryAcquire("seat", TTL));
        try (MemoryLimit restored = deployment.fillMemory()) {
            assertThat(restored).isNotNull();
            admin("seat", c -> c.configSet("maxmemory-policy", "allkeys-random"));
            String beside = keys.key("seat", "beside"); // in the same slot
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> {
                try {
                    admin("seat", c -> c.set(beside, "evicts", SetArgs.Builder.px(1_000)));
                } catch (RedisCommandExecutionException full) {
                    assertThat(full).hasMessageStartingWith("OOM");
                }
                return admin("seat", c -> c.exists(keys.key("seat"))) == 0;
            });
        }
        assertThat(holder.extend(TTL)).isFalse();
        assertThatThrownBy(holder::ensureHeld).isInstanceOf(LeaseLostException.class);
        isFree("seat", holder.fencingToken());
    }

    /** Its end of the connection is closed in the midst of things. */
    @Test
    void aClientThatDiesKeepsNobodyWaitingLongerThanItsLease() throws Exception {
        Redis handle = hastyHandle();
        DistributedLock dying = DistributedLock.create(handle, keys);
        Lease held = acquired(dying.tryAcquire("seat", BRIEF));
        long began = System.nanoTime();
        dying.acquireAsync("seat", BRIEF, RECOVERY); // first in the queue, and dead as well
        awaitQueued("seat", 1);
        CompletableFuture<Acquisition> behind = waiting(other, "seat");
        awaitQueued("seat", 2);
        handle.close();
        Lease next = got(behind);
        assertThat(next.fencingToken()).isGreaterThan(held.fencingToken());
        // On a Cluster nobody knows that it cannot be reached: it gets the lock, and its lease has to end too.
        Duration longest = BRIEF.multipliedBy(deployment.topology() == Topology.CLUSTER ? 2 : 1)
                .plusSeconds(1);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(BRIEF, longest.plus(NOISE));
        assertThat(next.release()).isTrue();
        dying.close();
    }

    @Test
    void aClientThatIsPausedLongerThanItsLeaseLearnsIt() throws Exception {
        Lease paused = acquired(hasty.tryAcquire("seat", Duration.ofMillis(200)));
        Lease next = got(waiting(other, "seat")); // it does nothing meanwhile
        assertThat(paused.remaining()).isZero();
        assertThatThrownBy(paused::ensureHeld)
                .isInstanceOfSatisfying(
                        LeaseLostException.class,
                        lost -> assertThat(lost.loss()).isEqualTo(Lease.Loss.EXPIRED));
        assertThat(paused.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
        assertThat(paused.extend(TTL)).isFalse();
        assertThat(paused.release()).isFalse();
        assertThat(next.fencingToken()).isGreaterThan(paused.fencingToken());
        isTheOneLease("seat", next);
    }

    @Test
    void aHalfOpenLinkFailsCallsInTimeAndEndsLeasesInTime() throws Exception {
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis handle = Handles.open(
                        deployment,
                        user,
                        RedisOptions.builder().commandTimeout(TIMEOUT).clientResources(proxies.clientResources()));
                DistributedLock behind = DistributedLock.create(handle, keys)) {
            Lease held = acquired(behind.acquire("held", BRIEF, WAIT));
            CompletableFuture<Lease.Loss> lost = held.lost().toCompletableFuture();
            Lease busy = acquired(lock.tryAcquire("seat", TTL));
            CompletableFuture<Acquisition> waiting = waiting(behind, "seat");
            awaitQueued("seat", 1);
            proxies.halfOpen();
            assertThat(timed(() -> assertThatThrownBy(() -> behind.tryAcquire("free", TTL))
                            .isInstanceOf(PatternsException.class)))
                    .isLessThan(TIMEOUT.multipliedBy(2).plusMillis(200).plus(NOISE));
            assertThat(lost.join()).isEqualTo(Lease.Loss.EXPIRED);
            assertThat(waiting).isNotDone();
            proxies.restore();
            assertThat(busy.release()).isTrue();
            isTheOneLease("seat", got(waiting));
            isFree("held", held.fencingToken());
            isFree("free", 0);
        }
    }

    /** As one does that was demoted. STANDALONE alone has nobody who would mend it. */
    @Test
    void aServerThatRefusesWritesIsATypedError() throws Exception {
        if (deployment.topology() != Topology.STANDALONE) {
            String replica = deployment.nodes().stream()
                    .filter(node -> deployment.masters().stream().noneMatch(node::equals))
                    .findFirst()
                    .orElseThrow()
                    .uri();
            String mine =
                    user.uri().substring(user.uri().indexOf("://"), user.uri().indexOf('@') + 1);
            try (Redis misled = Redis.connect(
                            replica.replace("://", mine),
                            RedisOptions.builder().commandTimeout(TIMEOUT).build());
                    DistributedLock one = DistributedLock.create(misled, keys)) {
                assertThatThrownBy(() -> one.tryAcquire("seat", TTL)).isInstanceOf(NotExecutedException.class);
            }
            return;
        }
        Lease holder = acquired(hasty.tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> waiting = waiting(other, "seat");
        awaitQueued("seat", 1);
        admin("seat", c -> c.replicaof("127.0.0.1", 1)); // nobody is there
        try {
            assertThatThrownBy(() -> hasty.tryAcquire("free", TTL)).isInstanceOf(NotExecutedException.class);
            assertThatThrownBy(() -> holder.extend(TTL)).isInstanceOf(NotExecutedException.class);
            holder.ensureHeld();
            assertThat(waiting).isNotDone();
        } finally {
            admin("seat", c -> c.replicaofNoOne());
        }
        assertThat(holder.release()).isTrue();
        isTheOneLease("seat", got(waiting));
    }
}
