package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A lock on several servers of its own, of which some fail. */
@ParameterizedClass
@ValueSource(ints = {3, 5})
class RedlockIT {

    private static final Duration TTL = Duration.ofSeconds(20);
    private static final Duration WAIT = Duration.ofSeconds(10);
    /** The per-server timeout, and what it may be exceeded by. */
    private static final Duration CALL = Duration.ofSeconds(1);

    private static final Duration SLACK = Duration.ofMillis(300);

    private static final KeySpace KEYS = KeySpace.of("shop", "lock");

    @Parameter
    int servers;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<RedisDeployment> deployments = new ArrayList<>();
    private final List<Redis> opened = new ArrayList<>();
    private Redlock lock;

    @BeforeEach
    void open() {
        for (int i = 0; i < servers; i++) {
            deployments.add(RedisDeployment.start(Topology.STANDALONE));
        }
        lock = Redlock.create(handles(), KEYS);
        lock.tryAcquire("warm", TTL).orElseThrow().close(); // scripts are known to all servers from now on
    }

    @AfterEach
    void close() {
        try {
            nodes().stream().filter(RedisNode::isRunning).forEach(RedlockIT::everyKeyHasATimeToLive);
        } finally {
            opened.forEach(Redis::close);
            deployments.forEach(RedisDeployment::close);
        }
    }

    /** What {@code @RedisTest} looks after elsewhere. */
    private static void everyKeyHasATimeToLive(RedisNode node) {
        List<String> eternal = node.call(
                c -> c.keys("*").stream().filter(key -> c.pttl(key) == -1).toList());
        assertThat(eternal).as("keys without a TTL on %s", node).isEmpty();
    }

    @Test
    void oneHolderAtATime() {
        RedlockLease lease = lock.tryAcquire("seat", TTL).orElseThrow();
        lease.ensureHeld();
        Redlock other = Redlock.create(handles(), KEYS);
        assertThat(other.tryAcquire("seat", TTL)).isInstanceOfSatisfying(RedlockAcquisition.NoQuorum.class, none -> {
            assertThat(none.granted()).isZero();
            assertThat(none.refused()).isGreaterThan(servers / 2);
            assertThatThrownBy(none::orElseThrow).isInstanceOf(NoQuorumException.class);
        });
        assertThat(lease.extend(TTL.multipliedBy(2))).isTrue();
        assertThat(lease.remaining()).isGreaterThan(TTL);
        assertThat(lease.release()).isTrue();
        assertThat(lease.release()).isTrue();
        assertThat(lease.extend(TTL)).isFalse();
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(IllegalStateException.class);
        awaitNoHolder("seat");
        assertThat(other.tryAcquire("seat", TTL).orElseThrow().release()).isTrue();
        assertThat(registry.timer("redis.patterns.locks.acquisitions", "lock", "default", "outcome", "busy")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whoeverWaitsTriesAgain() throws Exception {
        RedlockLease lease = lock.tryAcquire("seat", TTL).orElseThrow();
        CompletableFuture<RedlockLease> waiting = Redlock.create(handles(), KEYS)
                .acquireAsync("seat", TTL, WAIT)
                .thenApply(RedlockAcquisition::orElseThrow)
                .toCompletableFuture();
        Awaitility.await().pollDelay(Duration.ofMillis(400)).until(() -> true);
        assertThat(waiting).isNotDone();
        assertThat(lease.release()).isTrue();
        assertThat(waiting.get(2, TimeUnit.SECONDS).release()).isTrue();
        Duration wait = Duration.ofMillis(500);
        try (RedlockLease again = lock.tryAcquire("seat", TTL).orElseThrow()) {
            assertThat(Redlock.create(handles(), KEYS).acquire("seat", TTL, wait))
                    .isInstanceOfSatisfying(
                            RedlockAcquisition.NoQuorum.class,
                            none -> assertThat(none.waited()).isBetween(wait.minusMillis(200), wait.plus(CALL)));
            again.ensureHeld();
        }
    }

    @Test
    void aMinorityThatIsDownDelaysNothing() {
        minority().forEach(RedisNode::kill9);
        for (int i = 0; i < 10; i++) {
            long began = System.nanoTime();
            RedlockLease lease = lock.tryAcquire("seat " + i, TTL).orElseThrow();
            assertThat(lease.extend(TTL)).isTrue();
            assertThat(lease.release()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(CALL);
        }
    }

    @Test
    void aMinorityThatIsFrozenDelaysNothingAndKeepsNothing() {
        minority().forEach(RedisNode::pause);
        for (int i = 0; i < 10; i++) {
            long began = System.nanoTime();
            RedlockLease lease = lock.tryAcquire("seat " + i, TTL).orElseThrow();
            assertThat(lease.release()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(CALL);
        }
        minority().forEach(RedisNode::resume);
        for (int i = 0; i < 10; i++) {
            awaitNoHolder("seat " + i);
        }
    }

    @Test
    void withoutAMajorityNobodyGetsIt() {
        RedlockLease before = lock.tryAcquire("other", TTL).orElseThrow();
        majority().forEach(RedisNode::kill9);
        assertThat(lock.tryAcquire("seat", TTL)).isInstanceOfSatisfying(RedlockAcquisition.NoQuorum.class, none -> {
            assertThat(none.granted()).isEqualTo(servers / 2);
            assertThat(none.silent()).isEqualTo(servers / 2 + 1);
            assertThat(none.waited()).isLessThan(CALL.plus(SLACK).plus(SLACK));
        });
        awaitNoHolder("seat"); // on those that had granted it
        assertThatThrownBy(() -> before.extend(TTL)).isInstanceOf(NoQuorumException.class);
        before.ensureHeld(); // its time is not over
        assertThatThrownBy(before::release).isInstanceOf(NoQuorumException.class);
        before.close();
    }

    @Test
    void aFrozenMajorityTakesNoLongerThanItsTimeout() {
        RedlockLease before = lock.tryAcquire("other", Duration.ofSeconds(3)).orElseThrow();
        CompletableFuture<Lease.Loss> lost = before.lost().toCompletableFuture();
        majority().forEach(RedisNode::pause);
        long began = System.nanoTime();
        assertThat(lock.tryAcquire("seat", TTL)).isInstanceOf(RedlockAcquisition.NoQuorum.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(CALL, CALL.plus(SLACK).plus(CALL));
        assertThat(lost.join()).isEqualTo(Lease.Loss.EXPIRED); // while they are frozen
        assertThatThrownBy(before::ensureHeld).isInstanceOf(LeaseLostException.class);
        majority().forEach(RedisNode::resume);
        awaitNoHolder("seat"); // though those may have granted it late
        assertThat(lock.acquire("seat", TTL, WAIT).orElseThrow().release()).isTrue();
    }

    /** It counts from before the first request, and gives 1 % and 10 ms away. */
    @Test
    void theLeaseEndsForItsHolderBeforeItDoesOnAnyServer() {
        Duration ttl = Duration.ofSeconds(3);
        RedlockLease lease = lock.tryAcquire("seat", ttl).orElseThrow();
        assertThat(lease.remaining()).isLessThan(ttl.minus(ttl.dividedBy(100)).minusMillis(10));
        long left = lease.remaining().toNanos() / 1_000;
        long end = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) + left; // the servers are on this machine
        lease.lost().toCompletableFuture().join();
        for (RedisNode node : nodes()) {
            long until = node.call(c -> LockView.until(c, KEYS.key("seat")));
            assertThat(until - end).as("µs left on the server").isBetween(1L, 200_000L);
        }
        assertThat(lease.release()).isFalse();
    }

    @Test
    void aServerThatForgetsMayGrantItAgainButIsNoQuorum() {
        RedlockLease lease = lock.tryAcquire("seat", TTL).orElseThrow();
        Awaitility.await().until(() -> holders("seat") == servers);
        minority().forEach(node -> node.call(c -> c.flushall()));
        assertThat(Redlock.create(handles(), KEYS).tryAcquire("seat", TTL))
                .isInstanceOfSatisfying(
                        RedlockAcquisition.NoQuorum.class,
                        none -> assertThat(none.refused()).isEqualTo(servers / 2 + 1));
        assertThat(lease.extend(TTL)).isTrue();
        majority().forEach(node -> node.call(c -> c.flushall()));
        assertThat(lease.extend(TTL)).isFalse();
        assertThat(lease.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.REVOKED);
        assertThat(lease.release()).isFalse();
    }

    @Test
    void thoseWhoContendExcludeEachOther() {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Void>> all = IntStream.range(0, 4)
                    .mapToObj(i -> {
                        Redlock mine = Redlock.create(handles(), KEYS);
                        return CompletableFuture.runAsync(
                                () -> {
                                    for (int round = 0; round < 5; round++) {
                                        try (RedlockLease lease = mine.acquire("seat", TTL, Duration.ofSeconds(60))
                                                .orElseThrow()) {
                                            assertThat(inside.incrementAndGet()).isEqualTo(1);
                                            inside.decrementAndGet();
                                            lease.ensureHeld();
                                            done.incrementAndGet();
                                        }
                                    }
                                },
                                threads);
                    })
                    .toList();
            all.forEach(CompletableFuture::join);
        } finally {
            threads.shutdownNow();
        }
        assertThat(done).hasValue(20);
    }

    @Test
    void whoeverCancelsGetsNothing() {
        RedlockLease lease = lock.tryAcquire("seat", TTL).orElseThrow();
        CompletableFuture<RedlockAcquisition> waiting =
                Redlock.create(handles(), KEYS).acquireAsync("seat", TTL, WAIT).toCompletableFuture();
        waiting.cancel(false);
        assertThat(lease.release()).isTrue();
        Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> holders("seat") == 0);
    }

    @Test
    void badInputIsRefused() {
        List<Redis> handles = handles();
        Redis one = handles.get(0);
        assertThatThrownBy(() -> Redlock.create(null, KEYS)).hasMessage("servers: must not be null");
        assertThatThrownBy(() -> Redlock.create(List.of(one), KEYS))
                .hasMessage("servers: must be an odd number from 3, are 1");
        assertThatThrownBy(() -> Redlock.create(handles.subList(0, servers - 1), KEYS))
                .hasMessage("servers: must be an odd number from 3, are " + (servers - 1));
        assertThatThrownBy(() -> Redlock.create(List.of(one, one, one), KEYS))
                .hasMessage("servers: must not name one twice");
        assertThatThrownBy(() -> Redlock.create(Arrays.asList(one, null, one), KEYS))
                .hasMessage("servers: must not be null");
        assertThatThrownBy(() -> Redlock.create(handles, null)).hasMessage("keys: must not be null");
        assertThatThrownBy(() -> Redlock.create(handles, KEYS, null)).hasMessage("options: must not be null");
        assertThatThrownBy(() -> lock.tryAcquire("", TTL)).hasMessage("resource: must not be empty");
        for (String bad : new String[] {null, "\uD83D", "a\uDE00"}) {
            assertThatThrownBy(() -> lock.tryAcquire(bad, TTL))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("resource: ");
            assertThatThrownBy(() -> lock.acquireAsync(bad, TTL, WAIT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("resource: ");
        }
        for (Duration bad :
                new Duration[] {null, Duration.ZERO, Duration.ofDays(3650).plusNanos(1)}) {
            assertThatThrownBy(() -> lock.tryAcquire("seat", bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("ttl: must");
        }
        assertThatThrownBy(() -> lock.acquire("seat", TTL, null)).hasMessage("maxWait: must not be null");
        assertThatThrownBy(() -> lock.acquire("seat", TTL, Duration.ofDays(3651)))
                .hasMessageStartingWith("maxWait: must be");
        assertThatThrownBy(() -> lock.tryAcquire("seat", Duration.ofMillis(99)))
                .hasMessageStartingWith("ttl: must be at least 100 ms");
        assertThatThrownBy(() -> lock.acquire("seat", TTL, Duration.ofSeconds(-1)))
                .hasMessageStartingWith("maxWait: must be");
    }

    /** Another process's. */
    private List<Redis> handles() {
        List<Redis> handles = deployments.stream()
                .map(deployment -> Redis.connect(
                        deployment.uri(),
                        RedisOptions.builder()
                                .commandTimeout(CALL)
                                .meterRegistry(registry)
                                .build()))
                .toList();
        opened.addAll(handles);
        return handles;
    }

    private List<RedisNode> minority() {
        return nodes().subList(0, servers / 2);
    }

    private List<RedisNode> majority() {
        return nodes().subList(servers / 2, servers);
    }

    private List<RedisNode> nodes() {
        return deployments.stream().map(deployment -> deployment.nodes().get(0)).toList();
    }

    private void awaitNoHolder(String resource) {
        Awaitility.await().until(() -> holders(resource) == 0);
    }

    private long holders(String resource) {
        return nodes().stream()
                .filter(RedisNode::isRunning)
                .filter(node -> node.call(c -> LockView.left(c, KEYS.key(resource)) > 0))
                .count();
    }
}
