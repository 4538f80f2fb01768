package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The caller does not notice, has the one lease that Redis knows of, and leaves nothing behind. */
@RedisTest
class LockLostReplyIT extends LostReplyFixture {

    private DistributedLock cut;
    private LockStore store;

    @BeforeEach
    void openLock() {
        cut = closing(DistributedLock.create(behind, keys));
        store = new LockStore(redis, LockOptions.defaults());
        for (String resource : List.of("a", "b", "k")) { // so that each step is one EVALSHA
            Lease lease = acquired(lock.tryAcquire(resource, TTL));
            assertThat(lease.extend(TTL)).isTrue();
            Sync.await(store.watch(keys.key(resource), LeaseStore.NOBODY));
            assertThat(lease.release()).isTrue();
        }
    }

    @Test
    void ofTryAcquire() throws Exception {
        cuttingEach(1, resource -> {}, resource -> {
            Lease lease = acquired(cut.tryAcquire(resource, TTL));
            return () -> isTheOneLease(resource, lease);
        });
    }

    @Test
    void ofTryAcquireWhileAnotherHoldsIt() throws Exception {
        cuttingEach(1, resource -> {}, resource -> {
            Lease holder = acquired(lock.tryAcquire(resource, TTL));
            Acquisition outcome = cut.tryAcquire(resource, TTL);
            return () -> {
                assertThat(outcome).isInstanceOf(Acquisition.Busy.class);
                isTheOneLease(resource, holder);
            };
        });
    }

    /** Nobody holds it, and whoever waited for it is dead: a look comes between two requests. */
    @Test
    void ofTryAcquireBehindTheDead() throws Exception {
        cuttingEach(3, this::leaveToTheDead, resource -> {
            Lease lease = acquired(cut.tryAcquire(resource, TTL));
            return () -> isTheOneLease(resource, lease);
        });
    }

    @Test
    void ofAFirstWait() throws Exception {
        for (Cut how : Cut.values()) {
            for (int nth = 1; nth <= 2; nth++) { // at first it only tries; then it listens, and waits
                String resource = how + "-" + nth;
                Lease holder = acquired(lock.tryAcquire(resource, TTL));
                try (Redis fresh = behindProxies(RedisOptions.builder());
                        DistributedLock first = DistributedLock.create(fresh, keys)) {
                    proxies.cutBy(how);
                    int before = proxies.cuts();
                    proxies.cutNthReply(nth);
                    CompletableFuture<Acquisition> waiting =
                            first.acquireAsync(resource, TTL, WAIT).toCompletableFuture();
                    Awaitility.await().until(() -> proxies.cuts() == before + 1);
                    awaitQueued(resource, 1);
                    assertThat(holder.release()).isTrue();
                    Lease lease = acquired(waiting.get(10, TimeUnit.SECONDS));
                    assertThat(lease.fencingToken()).isGreaterThan(holder.fencingToken());
                    isTheOneLease(resource, lease);
                }
            }
        }
    }

    @Test
    void ofAWait() throws Exception {
        listen();
        cuttingEach(1, resource -> {}, resource -> {
            Lease holder = acquired(lock.tryAcquire(resource, TTL));
            CompletableFuture<Acquisition> waiting =
                    cut.acquireAsync(resource, TTL, WAIT).toCompletableFuture();
            awaitQueued(resource, 1);
            assertThat(holder.release()).isTrue();
            Lease lease = acquired(waiting.get(10, TimeUnit.SECONDS));
            return () -> {
                assertThat(lease.fencingToken()).isGreaterThan(holder.fencingToken());
                isTheOneLease(resource, lease);
            };
        });
    }

    @Test
    void ofAnExtension() throws Exception {
        cuttingEach(1, resource -> {}, resource -> {
            Lease lease = acquired(lock(behind).tryAcquire(resource, Duration.ofSeconds(10)));
            boolean extended = lease.extend(TTL);
            return () -> {
                assertThat(extended).isTrue();
                assertThat(lease.remaining()).isGreaterThan(TTL.minusSeconds(10));
                isTheOneLease(resource, lease);
            };
        });
    }

    @Test
    void ofARelease() throws Exception {
        cuttingEach(1, resource -> {}, resource -> {
            Lease lease = acquired(lock(behind).tryAcquire(resource, TTL));
            boolean released = lease.release();
            return () -> {
                assertThat(released).isTrue();
                assertThat(lease.release()).isTrue();
                isTheOneLease(resource, acquired(lock.tryAcquire(resource, TTL)));
            };
        });
    }

    /** The second request finds that the lock is the next one's, and takes nothing from it. */
    @Test
    void ofAReleaseThatHandsOver() throws Exception {
        acquired(lock.acquire("listen", TTL, WAIT)).close(); // then they queue in the order of their calls
        cuttingEach(1, resource -> {}, resource -> {
            Lease lease = acquired(cut.tryAcquire(resource, TTL));
            CompletableFuture<Acquisition> next =
                    lock.acquireAsync(resource, TTL, WAIT).toCompletableFuture();
            CompletableFuture<Acquisition> last =
                    lock.acquireAsync(resource, TTL, WAIT).toCompletableFuture();
            awaitQueued(resource, 2);
            boolean released = lease.release();
            return () -> {
                assertThat(released).isTrue();
                Lease second = acquired(next.join());
                assertThat(last).isNotDone();
                assertThat(second.release()).isTrue();
                isTheOneLease(resource, acquired(last.join()));
            };
        });
    }

    /** The lost reply said whose turn it is: that is looked up at once, and not when the next look is due. */
    @Test
    void ofAReleaseThatHandsOnWithinTheProcess() throws Exception {
        acquired(cut.acquire("listen", TTL, WAIT)).close();
        cuttingEach(1, resource -> {}, resource -> {
            Lease lease = acquired(cut.tryAcquire(resource, TTL));
            CompletableFuture<Acquisition> next =
                    cut.acquireAsync(resource, TTL, WAIT).toCompletableFuture();
            awaitQueued(resource, 1);
            boolean released = lease.release();
            return () -> {
                assertThat(released).isTrue();
                isTheOneLease(
                        resource,
                        acquired(next.orTimeout(500, TimeUnit.MILLISECONDS).join()));
            };
        });
    }

    @Test
    void ofAReleaseThatKeeps() throws Exception {
        LeaseOptions kept = LeaseOptions.builder(TTL).minHold(TTL).build();
        cuttingEach(1, resource -> {}, resource -> {
            Lease lease = acquired(cut.acquire(resource, kept));
            boolean released = lease.release();
            return () -> {
                assertThat(released).isTrue();
                assertThat(lock.tryAcquire(resource, TTL)).isInstanceOf(Acquisition.Busy.class);
            };
        });
    }

    /** That it waits no more is said once: if that reply is lost it is done all the same. */
    @ParameterizedTest
    @EnumSource
    void ofAGoodbye(Cut how) throws Exception {
        listen();
        Lease holder = acquired(lock.tryAcquire("k", TTL));
        CompletableFuture<Acquisition> waiting =
                cut.acquireAsync("k", TTL, WAIT).toCompletableFuture();
        awaitQueued("k", 1);
        proxies.cutBy(how);
        proxies.cutReplyOf("EVALSHA");
        waiting.cancel(false);
        awaitQueued("k", 0);
        Awaitility.await().until(() -> proxies.cuts() == 1);
        isTheOneLease("k", holder);
    }

    /** It hears of the grant by a message, or, where none comes, by its next look. */
    @ParameterizedTest
    @EnumSource
    void ofTheLookThatHandsOver(Cut how) throws Exception {
        boolean mute = how == Cut.RESET; // one of each will do
        try (Redis handle = behindProxies(mute ? mute() : RedisOptions.builder());
                DistributedLock waits = DistributedLock.create(handle, keys)) {
            acquired(waits.acquire("k", TTL, WAIT)).close();
            Sync.await(new LockStore(handle, LockOptions.defaults()).watch(keys.key("k"), LeaseStore.NOBODY));
            Lease dies = acquired(lock.tryAcquire("of", Duration.ofMillis(700)));
            proxies.cutBy(how);
            int before = proxies.cuts();
            CompletableFuture<Acquisition> waiting =
                    waits.acquireAsync("of", TTL, WAIT).toCompletableFuture();
            awaitQueued("of", 1);
            proxies.cutReplyOf("EVALSHA"); // of the look, when the lease has ended
            Lease lease = acquired(waiting.get(10, TimeUnit.SECONDS));
            Awaitility.await().until(() -> proxies.cuts() == before + 1);
            assertThat(lease.fencingToken()).isGreaterThan(dies.fencingToken());
            isTheOneLease("of", lease);
            assertThat(dies.release()).isFalse();
        }
    }

    /** Whoever cannot say that it waits no more says so later. */
    @Test
    void aGoodbyeThatCannotBeSaidIsSaidLater() throws Exception {
        listen();
        Lease holder = acquired(lock.tryAcquire("k", TTL));
        CompletableFuture<Acquisition> waiting =
                cut.acquireAsync("k", TTL, Duration.ofMillis(500)).toCompletableFuture();
        awaitQueued("k", 1);
        proxies.refuse();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(Acquisition.TimedOut.class);
        assertThat(queued("k")).isEqualTo(1);
        proxies.restore();
        awaitQueued("k", 0);
        isTheOneLease("k", holder);
    }

    /** What it could not say before must not end what it asks for now. */
    @Test
    void whoeverAsksAgainByTheSameNameIsNotEndedByAnOldGoodbye() throws Exception {
        listen();
        Lease holder = acquired(lock.tryAcquire("k", TTL));
        LeaseOptions.Builder mine = LeaseOptions.builder(TTL).requestToken("mine");
        CompletableFuture<Acquisition> inVain = cut.acquireAsync(
                        "k", mine.maxWait(Duration.ofMillis(500)).build())
                .toCompletableFuture();
        awaitQueued("k", 1);
        proxies.refuse();
        assertThat(inVain.get(10, TimeUnit.SECONDS)).isInstanceOf(Acquisition.TimedOut.class);
        proxies.restore();
        CompletableFuture<Acquisition> again = CompletableFuture.supplyAsync(
                () -> {
                    Acquisition[] outcome = new Acquisition[1];
                    Awaitility.await()
                            .ignoreExceptionsInstanceOf(PatternsException.class)
                            .until(() -> (outcome[0] =
                                            cut.acquire("k", mine.maxWait(WAIT).build()))
                                    != null);
                    return outcome[0];
                },
                threads);
        Awaitility.await().during(Duration.ofSeconds(2)).until(() -> !again.isDone());
        assertThat(holder.release()).isTrue();
        Lease lease = acquired(again.get(10, TimeUnit.SECONDS));
        Awaitility.await().during(Duration.ofSeconds(2)).until(() -> lease.extend(TTL));
        isTheOneLease("k", lease);
    }

    /** Redis knows of this lease and no other, nobody waits, and its end makes room for the next. */
    private void isTheOneLease(String resource, Lease lease) {
        lease.ensureHeld();
        assertThat(queued(resource)).isZero();
        Sighting seen = Sync.await(store.watch(keys.key(resource), LeaseStore.NOBODY));
        assertThat(seen.holders()).extracting(Sighting.Holder::fence).containsExactly(lease.fencingToken());
        assertThat(seen.endsInMillis()).isGreaterThan(lease.remaining().toMillis());
        assertThat(lease.release()).isTrue();
        Lease next = acquired(lock.tryAcquire(resource, TTL));
        assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
        assertThat(next.release()).isTrue();
    }

    private void leaveToTheDead(String resource) {
        Lease lease = acquired(lock.tryAcquire(resource, TTL));
        Request dead = new Request(keys.key(resource), "dead", TTL.toMillis(), "");
        Sync.await(store.acquire(dead, keys.channel("grant-dead")));
        admin(resource, c -> c.hset(keys.key(resource), "@" + keys.channel("grant-dead"), "1"));
        admin(resource, c -> c.hset(keys.key(resource), "until", "0"));
        assertThat(lease.fencingToken()).isPositive();
    }

    /** Has it subscribe, once and for all. */
    private void listen() {
        acquired(cut.acquire("listen", TTL, WAIT)).close();
    }

    /** Messages go astray: Redis says that they were heard, but they were not. */
    private static RedisOptions.Builder mute() {
        String astray = "local function astray() return 1 end table.remove(ARGV)";
        return RedisOptions.builder()
                .scriptHook(new ScriptHook(
                        script -> script.replace("redis.call('PUBLISH'", "astray('PUBLISH'")
                                .replaceFirst("\n", "\n" + astray + "\n"),
                        () -> ""));
    }
}
