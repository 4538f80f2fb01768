package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two locks in two processes that do not wait long for Redis, beside the patient one of {@link LocksFixture}. */
abstract class LockFaultFixture extends LocksFixture {

    static final Duration TIMEOUT = Duration.ofMillis(300);
    static final Duration BRIEF = Duration.ofMillis(800);
    /** What a busy machine may add to a single call, besides the 100 ms that core allows itself. */
    static final Duration NOISE = Duration.ofMillis(500);
    /** Until servers have agreed on a new master, and the client has heard of it. */
    static final Duration RECOVERY = Duration.ofSeconds(30);

    Redis quick;
    DistributedLock hasty;
    DistributedLock other;
    LockStore store;

    @BeforeEach
    void openHasty() {
        quick = hastyHandle();
        hasty = lock(quick);
        other = lock(hastyHandle());
        store = new LockStore(redis, LockOptions.defaults());
        for (DistributedLock one : List.of(hasty, other)) { // it listens, and every script is known
            acquired(one.acquire("warm-up", TTL, WAIT)).close();
        }
    }

    @AfterEach
    void heal() {
        deployment.heal(); // before anybody asks the servers what they have denied
        user.recreate();
    }

    final Redis hastyHandle() {
        return closing(Handles.open(
                deployment, user, RedisOptions.builder().meterRegistry(registry).commandTimeout(TIMEOUT)));
    }

    static CompletableFuture<Acquisition> waiting(DistributedLock one, String resource) {
        return one.acquireAsync(resource, TTL, RECOVERY).toCompletableFuture();
    }

    static Lease got(CompletableFuture<Acquisition> waiting) throws Exception {
        return waiting.get(RECOVERY.toSeconds(), TimeUnit.SECONDS).orElseThrow();
    }

    /** Redis holds this lease and no other, nobody waits, and the next one's fencing token is greater. */
    final void isTheOneLease(String resource, Lease lease) {
        lease.ensureHeld();
        Sighting seen = Sync.await(store.watch(keys.key(resource), LeaseStore.NOBODY));
        assertThat(seen.holders()).extracting(Sighting.Holder::fence).containsExactly(lease.fencingToken());
        assertThat(queued(resource)).isZero();
        assertThat(lease.release()).isTrue();
        isFree(resource, lease.fencingToken());
    }

    /** Soon; and the next lease has a greater fencing token. */
    final void isFree(String resource, long fence) {
        Lease[] next = new Lease[1];
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(RECOVERY)
                .ignoreExceptions()
                .until(() -> hasty.tryAcquire(resource, TTL) instanceof Acquisition.Acquired got
                        && (next[0] = got.lease()) != null);
        assertThat(next[0].fencingToken()).isGreaterThan(fence);
        assertThat(next[0].release()).isTrue();
    }

    final RedisNode master(String resource) {
        return deployment.masterOf(keys.key(resource));
    }

    /** {@code CLIENT PAUSE … WRITE} on every master; scripts that write wait too. */
    final void whileWritesArePaused(Step work) throws Exception {
        client("PAUSE", "10000", "WRITE");
        try {
            work.run();
        } finally {
            client("UNPAUSE");
        }
    }

    final void whileFrozen(String resource, Step work) throws Exception {
        RedisNode master = master(resource);
        master.pause();
        try {
            work.run();
        } finally {
            master.resume();
        }
    }

    static Duration timed(Step work) throws Exception {
        long began = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void client(String... words) {
        deployment
                .masters()
                .forEach(node -> node.call(c -> {
                    CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
                    List.of(words).forEach(args::add);
                    return c.dispatch(CommandType.CLIENT, new StatusOutput<>(StringCodec.UTF8), args);
                }));
    }

    /** A test's step. */
    interface Step {
        void run() throws Exception;
    }
}
