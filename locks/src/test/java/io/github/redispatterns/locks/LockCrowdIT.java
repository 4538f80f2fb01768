package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.ClientListArgs;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many at once: as callers that wait, and as threads that are cheap. */
@RedisTest
class LockCrowdIT extends LocksFixture {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int VIRTUAL_SINCE = 21;

    /** Any number of waiters on any number of locks of one handle. */
    @Test
    void allWaitersShareOneSubscriptionConnection() throws Exception {
        Redis handle = handle();
        List<DistributedLock> locks =
                IntStream.range(0, 4).mapToObj(i -> lock(handle)).toList();
        List<String> resources = List.of("a", "b", "c", "d", "e");
        List<Lease> holders = resources.stream()
                .map(each -> acquired(lock.tryAcquire(each, TTL)))
                .toList();
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            for (DistributedLock each : locks) {
                for (String resource : resources) {
                    waiting.add(each.acquireAsync(resource, TTL, LONG)
                            .thenCompose(outcome -> outcome.orElseThrow().releaseAsync())
                            .toCompletableFuture());
                }
            }
        }
        resources.forEach(resource -> awaitQueued(resource, 15 * locks.size()));
        assertThat(subscriptionConnections()).isEqualTo(1);
        holders.forEach(holder -> assertThat(holder.release()).isTrue());
        for (CompletableFuture<Boolean> each : waiting) {
            assertThat(each.get(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(subscriptionConnections()).isEqualTo(1);
    }

    /** On a JDK that has them; on an older one the same with threads of the platform. */
    @Test
    void virtualThreadsExcludeEachOther() throws Exception {
        DistributedLock[] processes = {lock(handle()), lock(handle())};
        AtomicInteger[] inside = {new AtomicInteger(), new AtomicInteger()};
        int[] done = new int[inside.length]; // guarded by the lock
        ExecutorService cheap = cheapThreads();
        try {
            List<CompletableFuture<Void>> all = IntStream.range(0, 200)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> {
                                int seat = i % inside.length;
                                LeaseOptions options =
                                        LeaseOptions.builder(TTL).maxWait(LONG).build();
                                for (int round = 0; round < 3; round++) {
                                    processes[i / 2 % 2].withLock("seat-" + seat, options, lease -> {
                                        assertThat(inside[seat].incrementAndGet())
                                                .isEqualTo(1);
                                        done[seat]++;
                                        inside[seat].decrementAndGet();
                                        return lease.fencingToken();
                                    });
                                }
                            },
                            cheap))
                    .toList();
            for (CompletableFuture<Void> each : all) {
                each.get(1, TimeUnit.MINUTES);
            }
        } finally {
            cheap.shutdownNow();
        }
        assertThat(done).containsExactly(300, 300);
    }

    private static ExecutorService cheapThreads() throws ReflectiveOperationException {
        if (Runtime.version().feature() < VIRTUAL_SINCE) {
            return Executors.newCachedThreadPool();
        }
        Method virtual = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
        return (ExecutorService) virtual.invoke(null);
    }

    private int subscriptionConnections() {
        String name = user.uri().replaceFirst("^[^:]*://([^:]*):.*$", "$1");
        return deployment.nodes().stream()
                .mapToInt(node -> (int) node.call(c -> c.clientList(ClientListArgs.Builder.typePubsub()))
                        .lines()
                        .filter(line -> line.contains(" user=" + name + " "))
                        .count())
                .sum();
    }
}
