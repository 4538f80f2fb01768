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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever was done with a lock, and however it was left: close leaves no subscription, connection, thread or eternal key. */
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
        List<CompletableFuture<Acquisition>> waiting = new ArrayList<>();
        try (Redis one = otherHandle();
                Redis two = otherHandle()) {
            List<DistributedLock> locks = List.of(DistributedLock.create(one, keys), DistributedLock.create(two, keys));
            work(locks, seed);
            for (CompletionStage<Lease.Loss> loss : abandoned) {
                assertThat(loss.toCompletableFuture().get(10, TimeUnit.SECONDS)).isNotNull();
            }
            Lease holder = acquired(locks.get(0).acquire("0", TTL, WAIT));
            locks.forEach(each -> waiting.add(each.acquireAsync("0", TTL, WAIT).toCompletableFuture()));
            awaitQueued("0", locks.size());
            assertThat(channels(testKeys)).hasSize(locks.size());
            assertThat(connections()).isPositive();
            locks.forEach(DistributedLock::close);
            assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> channels(testKeys).isEmpty());
            assertThat(holder.release()).isTrue();
        }
        long closed = System.nanoTime();
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> connections() == 0);
        Awaitility.await().atMost(A_SECOND).until(() -> lockThreads().isEmpty());
        System.out.println("[leaves nothing] " + deployment + ": the last thread ended after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - closed) + " ms");
        for (int i = 0; i < RESOURCES; i++) {
            String key = keys.key(Integer.toString(i));
            long left = admin(Integer.toString(i), c -> c.pttl(key));
            assertThat(left)
                    .isBetween(1L, Duration.ofHours(1).plus(TTL.multipliedBy(2)).toMillis());
        }
    }

    private void work(List<DistributedLock> locks, long seed) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed + i);
            running.add(threads.submit(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    one(locks.get(random.nextInt(locks.size())), Integer.toString(random.nextInt(RESOURCES)), random);
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
