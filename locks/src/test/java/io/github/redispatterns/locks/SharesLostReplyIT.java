package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link LockLostReplyIT} does to a lock, for a reader, a writer and a permit: no step is taken twice. */
@RedisTest
class SharesLostReplyIT extends LostReplyFixture {

    private static final List<Kind> KINDS = List.of(Kind.READ, Kind.WRITE, Kind.PERMIT);

    private final Map<Kind, DistributedLock> cuts = new EnumMap<>(Kind.class);
    private final Map<Kind, DistributedLock> holders = new EnumMap<>(Kind.class);
    private final Map<Kind, DistributedLock> rivals = new EnumMap<>(Kind.class);

    @BeforeEach
    void openShares() {
        Redis other = handle();
        for (Kind kind : KINDS) {
            cuts.put(kind, closing(kind.rival(behind, keys)));
            holders.put(kind, closing(kind.holder(redis, keys)));
            rivals.put(kind, closing(kind.rival(other, keys)));
            for (DistributedLock one : List.of(cuts.get(kind), holders.get(kind), rivals.get(kind))) {
                Lease lease =
                        acquired(one.acquire(kind + " warm", TTL, WAIT)); // it listens, and each step is one EVALSHA
                assertThat(lease.extend(TTL)).isTrue();
                assertThat(lease.release()).isTrue();
            }
            Sync.await(store().watch(keys.key(kind + " warm"), LeaseStore.NOBODY));
        }
    }

    @Test
    void ofTryAcquire() throws Exception {
        cuttingEach((kind, resource) -> {
            Lease lease = acquired(cuts.get(kind).tryAcquire(resource, TTL));
            return () -> isTheOneLease(kind, resource, lease);
        });
    }

    @Test
    void ofTryAcquireWhileAnotherHoldsIt() throws Exception {
        cuttingEach((kind, resource) -> {
            Lease holder = acquired(holders.get(kind).tryAcquire(resource, TTL));
            Acquisition outcome = cuts.get(kind).tryAcquire(resource, TTL);
            return () -> {
                assertThat(outcome).isInstanceOf(Acquisition.Busy.class);
                isTheOneLease(kind, resource, holder);
            };
        });
    }

    @Test
    void ofAWait() throws Exception {
        cuttingEach((kind, resource) -> {
            Lease holder = acquired(holders.get(kind).tryAcquire(resource, TTL));
            CompletableFuture<Acquisition> waiting = waits(cuts, kind, resource);
            assertThat(holder.release()).isTrue();
            Lease lease = acquired(waiting.get(10, TimeUnit.SECONDS));
            return () -> {
                assertThat(lease.fencingToken()).isGreaterThan(holder.fencingToken());
                isTheOneLease(kind, resource, lease);
            };
        });
    }

    /** The look hands over what a dead holder had, and its reply is lost: the waiter hears of it all the same. */
    @Test
    void ofTheLookThatHandsOver() throws Exception {
        for (Kind kind : KINDS) {
            String resource = kind + " look";
            Lease dies = acquired(holders.get(kind).tryAcquire(resource, Duration.ofMillis(400)));
            CompletableFuture<Acquisition> waiting = waits(cuts, kind, resource);
            int before = proxies.cuts();
            proxies.cutReplyOf("EVALSHA"); // of the look, when the lease has ended
            Lease lease = acquired(waiting.get(10, TimeUnit.SECONDS));
            assertThat(proxies.cuts()).isLessThanOrEqualTo(before + 1);
            proxies.restore();
            assertThat(lease.fencingToken()).isGreaterThan(dies.fencingToken());
            isTheOneLease(kind, resource, lease);
            assertThat(dies.release()).isFalse();
        }
    }

    @Test
    void ofAnExtension() throws Exception {
        cuttingEach((kind, resource) -> {
            Lease lease = acquired(cuts.get(kind).tryAcquire(resource, Duration.ofSeconds(10)));
            boolean extended = lease.extend(TTL);
            return () -> {
                assertThat(extended).isTrue();
                assertThat(lease.remaining()).isGreaterThan(TTL.minusSeconds(10));
                isTheOneLease(kind, resource, lease);
            };
        });
    }

    /** The second request finds that it is the next one's, and takes nothing from it. */
    @Test
    void ofAReleaseThatHandsOver() throws Exception {
        cuttingEach((kind, resource) -> {
            Lease lease = acquired(cuts.get(kind).tryAcquire(resource, TTL));
            CompletableFuture<Acquisition> next = waits(holders, kind, resource);
            boolean released = lease.release();
            return () -> {
                assertThat(released).isTrue();
                assertThat(lease.release()).isTrue();
                isTheOneLease(kind, resource, acquired(next.join()));
            };
        });
    }

    /** What is kept is kept once. */
    @Test
    void ofAReleaseThatKeeps() throws Exception {
        LeaseOptions kept = LeaseOptions.builder(TTL).minHold(TTL).build();
        cuttingEach((kind, resource) -> {
            boolean released = acquired(cuts.get(kind).acquire(resource, kept)).release();
            return () -> {
                assertThat(released).isTrue();
                assertThat(queued(resource, "=")).hasSize(1).allMatch(field -> field.startsWith("=*"));
                assertThat(holders.get(kind).tryAcquire(resource, TTL)).isInstanceOf(Acquisition.Busy.class);
            };
        });
    }

    private CompletableFuture<Acquisition> waits(Map<Kind, DistributedLock> who, Kind kind, String resource) {
        CompletableFuture<Acquisition> waiting =
                who.get(kind).acquireAsync(resource, TTL, WAIT).toCompletableFuture();
        awaitQueued(resource, 1);
        return waiting;
    }

    private interface KindCall {
        Runnable run(Kind kind, String resource) throws Exception;
    }

    private void cuttingEach(KindCall call) throws Exception {
        for (Kind kind : KINDS) {
            cuttingEach(1, resource -> {}, resource -> call.run(kind, kind + " " + resource));
        }
    }

    /** As Redis has it: no permit is out but this lease's, nobody waits, and its end makes room for the next. */
    private void isTheOneLease(Kind kind, String resource, Lease lease) {
        lease.ensureHeld();
        Map<String, String> fields = fields(resource);
        assertThat(queued(resource, ">")).isEmpty();
        assertThat(queued(resource, "=")).hasSize(1);
        String[] held = fields.get(queued(resource, "=").get(0)).split(" ", -1);
        assertThat(Long.parseLong(held[1])).isEqualTo(lease.fencingToken());
        assertThat(Long.parseLong(fields.get("used"))).isEqualTo(Long.parseLong(held[2]));
        assertThat(lease.release()).isTrue();
        Lease next = acquired(rivals.get(kind).tryAcquire(resource, TTL));
        assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
        assertThat(next.release()).isTrue();
    }

    private ShareStore store() {
        return new ShareStore(redis, LockOptions.defaults(), 1, DistributedSemaphore.PERMIT);
    }
}
