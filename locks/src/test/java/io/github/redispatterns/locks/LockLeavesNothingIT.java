package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever was done with a lock of whatever kind, or by an election, and however it was left: close leaves no subscription,
 * connection, thread or eternal key.
 */
@RedisTest
class LockLeavesNothingIT extends LocksFixture {

    private static final int THREADS = 4;
    private static final int ROUNDS = FullLength.of(150, 1_500);
    private static final int RESOURCES = 3;

    /** Of leases that nobody gives back. */
    private static final Duration SHORT = Duration.ofMillis(200);

    /** A thread ends when it has had nothing to do for a second; then noise. */
    private static final Duration A_SECOND = Duration.ofSeconds(1).plusSeconds(2);

    private final Collection<CompletionStage<Lease.Loss>> abandoned = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private AclUser other;

    @BeforeEach
    void othersHaveLeftNothing(TestKeys testKeys) {
        other = Handles.leastPrivileged(deployment, testKeys);
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> lockThreads().isEmpty());
    }

    @AfterEach
    void deleteUser() {
        assertThat(other.denials()).isEmpty();
        other.close();
    }

    @Test
    void nothingIsLeftAfterManyOperations(TestKeys testKeys) throws Exception {
        long seed = FullLength.seed("leaves nothing, " + deployment);
        try (Redis one = otherHandle();
                Redis two = otherHandle()) {
            List<Pair> pairs = Stream.of(Kind.values())
                    .map(kind -> new Pair(kind, kind.holder(one, keys), kind.rival(two, keys)))
                    .toList();
            work(pairs, seed);
            for (CompletionStage<Lease.Loss> loss : abandoned) {
                assertThat(loss.toCompletableFuture().get(10, TimeUnit.SECONDS)).isNotNull();
            }
            List<LeaderElection> elections = campaigning(pairs.get(0));
            List<CompletableFuture<Acquisition>> waiting = new ArrayList<>();
            List<Lease> holders = new ArrayList<>();
            for (Pair pair : pairs) {
                holders.add(acquired(pair.holder.acquire(pair.resource(0), TTL, WAIT)));
                for (DistributedLock each : List.of(pair.rival, pair.holder)) { // in this order both are kept out
                    waiting.add(each.acquireAsync(pair.resource(0), TTL, WAIT).toCompletableFuture());
                    awaitQueued(pair.resource(0), each == pair.rival ? 1 : 2);
                }
            }
            assertThat(channels(testKeys)).hasSize(2 * pairs.size());
            assertThat(connections()).isPositive();
            elections.forEach(LeaderElection::close);
            pairs.forEach(pair -> {
                pair.holder.close();
                pair.rival.close();
            });
            assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> channels(testKeys).isEmpty());
            assertThat(holders).allMatch(Lease::release);
        }
        long closed = System.nanoTime();
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> connections() == 0);
        Awaitility.await().atMost(A_SECOND).until(() -> lockThreads().isEmpty());
        System.out.println("[leaves nothing] " + deployment + ": the last thread ended after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - closed) + " ms");
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < RESOURCES; i++) {
                livesForAnHour(kind + " " + i);
            }
        }
        livesForAnHour("leader");
    }

    /**
     * Two processes.
     *
     * @param holder keeps the rival out, and itself once that waits
     */
    private record Pair(Kind kind, DistributedLock holder, DistributedLock rival) {

        String resource(int number) {
            return kind + " " + number;
        }
    }

    /** One is elected, and one waits to be. */
    private List<LeaderElection> campaigning(Pair pair) throws Exception {
        CompletableFuture<Lease> elected = new CompletableFuture<>();
        LeaderElection.Listener listener = new LeaderElection.Listener() {
            @Override
            public void elected(Lease lease) {
                elected.complete(lease);
            }

            @Override
            public void lost(Lease lease) {
                // Nothing was begun.
            }
        };
        List<LeaderElection> elections = List.of(
                LeaderElection.start(pair.holder, "leader", TTL, listener),
                LeaderElection.start(pair.rival, "leader", TTL, listener));
        assertThat(elected.get(10, TimeUnit.SECONDS)).isNotNull();
        awaitQueued("leader", 1);
        return elections;
    }

    private void livesForAnHour(String resource) {
        long left = admin(resource, c -> c.pttl(keys.key(resource)));
        assertThat(left)
                .as(resource)
                .isBetween(1L, Duration.ofHours(1).plus(TTL.multipliedBy(2)).toMillis());
    }

    private void work(List<Pair> pairs, long seed) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed + i);
            running.add(threads.submit(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    Pair pair = pairs.get(random.nextInt(pairs.size()));
                    one(
                            random.nextBoolean() ? pair.holder : pair.rival,
                            pair.resource(random.nextInt(RESOURCES)),
                            random);
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(2, TimeUnit.MINUTES);
        }
    }

    private void one(DistributedLock mine, String resource, Random random) throws Exception {
        switch (random.nextInt(10)) {
            case 0 -> {
                if (mine.tryAcquire(resource, TTL) instanceof Acquisition.Acquired acquired) {
                    assertThat(acquired.lease().release()).isTrue();
                }
            }
            case 1 -> {
                CompletionStage<Acquisition> gone = mine.acquireAsync(resource, TTL, WAIT);
                if (!gone.toCompletableFuture().cancel(false)) {
                    acquired(gone.toCompletableFuture().get()).close();
                }
            }
            case 2 -> {
                if (mine.acquire(resource, SHORT, Duration.ofMillis(1 + random.nextInt(20)))
                        instanceof Acquisition.Acquired acquired) {
                    abandoned.add(acquired.lease().lost());
                }
            }
            case 3 -> {
                LeaseOptions renewed = LeaseOptions.builder(SHORT)
                        .maxWait(WAIT)
                        .renewFor(SHORT.multipliedBy(2))
                        .build();
                Lease lease = acquired(mine.acquire(resource, renewed));
                if (random.nextInt(4) == 0) {
                    abandoned.add(lease.lost());
                } else {
                    lease.close();
                }
            }
            case 4 -> mine.withLock(resource, waiting(TTL).build(), lease -> lease.extend(TTL.multipliedBy(2)));
            case 5 ->
                mine.withLockAsync(resource, waiting(TTL).build(), lease -> lease.extendAsync(TTL))
                        .toCompletableFuture()
                        .get(1, TimeUnit.MINUTES);
            case 6 -> {
                LeaseOptions held = waiting(SHORT).minHold(Duration.ofMillis(5)).build();
                acquired(mine.acquire(resource, held)).close();
            }
            case 7 -> {
                LeaseOptions named = waiting(TTL)
                        .requestToken("request-" + requests.incrementAndGet())
                        .build();
                Lease lease = acquired(mine.acquire(resource, named));
                Lease again = acquired(mine.acquire(resource, named));
                assertThat(again.fencingToken()).isEqualTo(lease.fencingToken());
                lease.close();
                again.close();
            }
            default -> {
                try (Lease lease = acquired(mine.acquire(resource, waiting(TTL).build()))) {
                    lease.ensureHeld();
                }
            }
        }
    }

    private static LeaseOptions.Builder waiting(Duration ttl) {
        return LeaseOptions.builder(ttl).maxWait(WAIT);
    }

    private Redis otherHandle() {
        return Handles.open(deployment, other, RedisOptions.builder());
    }

    private List<String> channels(TestKeys testKeys) {
        List<String> channels = new ArrayList<>();
        for (RedisNode node : deployment.nodes()) {
            channels.addAll(node.call(c -> c.pubsubChannels(testKeys.prefix() + ":*")));
        }
        return channels.stream().distinct().toList();
    }

    /** All of the user's, to whatever node. */
    private long connections() {
        String uri = other.uri();
        String name = uri.substring(uri.indexOf("://") + 3, uri.indexOf(':', uri.indexOf("://") + 3));
        return deployment.nodes().stream()
                .flatMap(node -> node.call(c -> c.clientList()).lines())
                .filter(client -> client.contains(" user=" + name + " "))
                .count();
    }

    private static List<String> lockThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("redis-patterns-locks-"))
                .toList();
    }
}
