package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Loaders and writers that use the cache that they load for. */
@RedisTest
class NestedLoadIT extends CacheFaultBench {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final CacheAsideOptions.Builder narrow =
            options().maxBypassLoads(2).leaseTime(LONG).maxWait(LONG).breakerWindow(Duration.ofMinutes(1));

    /** Each outer load has a turn, and no turn is left. */
    @Test
    void aLoadThatGoesPastTheCacheMayReadOtherKeys() throws Exception {
        CacheAside<String> cache = hasty(narrow.build());
        MemoryLimit full = deployment.fillMemory(); // found out by an I/O thread
        try (full) {
            assertThat(ordersAtOnce(cache)).containsExactlyInAnyOrder("k1 with a part", "k2 with a part");
        }
    }

    @Test
    void neitherDoesItDeadlockIfRedisIsSilent() throws Exception {
        CacheAside<String> cache = hasty(narrow.build());
        try {
            deployment.masters().forEach(node -> node.pause());
            assertThat(ordersAtOnce(cache)).containsExactlyInAnyOrder("k1 with a part", "k2 with a part");
            assertThat(ordersAtOnce(cache)).containsExactlyInAnyOrder("k1 with a part", "k2 with a part");
        } finally {
            deployment.nodes().forEach(node -> node.resume());
        }
    }

    /** That other is in line for the turn that the outer load has. */
    @Test
    void itDoesNotWaitForAnotherWhoWaitsForIt() throws Exception {
        CacheAside<String> cache = hasty(narrow.maxBypassLoads(1).build());
        MemoryLimit full = deployment.fillMemory();
        try (full) {
            CompletableFuture<Future<String>> other = new CompletableFuture<>();
            Future<String> outer = threads.submit(() -> cache.get("k", key -> {
                other.complete(threads.submit(() -> cache.get("part", part -> "its own")));
                Awaitility.await().until(() -> gauge("bypass.waiting") == 1);
                return cache.get("part", part -> "part");
            }));
            assertThat(outer.get(5, TimeUnit.SECONDS)).isEqualTo("part");
            assertThat(other.get().get(5, TimeUnit.SECONDS)).isIn("its own", "part");
        }
    }

    @Test
    void whatWouldWaitForItselfFailsAtOnce() throws Exception {
        failsAtOnce(() -> cache.get("k", key -> cache.get(key, this::load)));
        failsAtOnce(() -> cache.get("k", key -> cache.get("k2", other -> cache.get(key, this::load))));
        failsAtOnce(() ->
                cache.get("k", key -> Sync.await(cache.getAsync(key, same -> CompletableFuture.completedFuture("v")))));
        failsAtOnce(() -> Sync.await(
                cache.getAsync("k", key -> cache.getAsync(key, same -> CompletableFuture.completedFuture("v")))));
        failsAtOnce(() -> cache.get(
                "k",
                key -> cache.getAll(List.of("k2", key), names -> Map.of("k2", "v"))
                        .toString()));
        failsAtOnce(() -> cache.getAll(List.of("k", "k2"), names -> Map.of("k", cache.get("k2", this::load))));
        cache.put("k", "old");
        failsAtOnce(() -> cache.update("k", "new", () -> cache.get("k", this::load)));
        failsAtOnce(() -> cache.invalidateAround("k", () -> cache.get("k", this::load)));
        assertThat(loads).hasValue(0);
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
    }

    @Test
    void alsoPastTheCache() throws Exception {
        MemoryLimit full = deployment.fillMemory();
        try (full) {
            failsAtOnce(() -> cache.get("k", key -> cache.get(key, this::load)));
            failsAtOnce(() -> cache.getAll(List.of("k", "k2"), names -> Map.of("k", cache.get("k2", this::load))));
        }
        assertThat(loads).hasValue(0);
    }

    /** Another key, another cache, and another thread's load of the same key. */
    @Test
    void whatDoesNotWaitForItselfIsAllowed() {
        CacheAside<String> second =
                cache(CacheAsideOptions.builder(TTL).name("second").build());
        assertThat(cache.get("k", key -> cache.get("k2", other -> "inner of " + key)))
                .isEqualTo("inner of k");
        cache.put("k3", "there");
        assertThat(cache.get("k4", key -> cache.get("k3", this::load))).isEqualTo("there");
        cache.update("k3", "new", () -> assertThat(cache.get("k2", this::load)).isEqualTo("inner of k"));
        second.invalidate("k");
        assertThat(cache.get("k", key -> second.get("k2", this::load))).isEqualTo("inner of k");
    }

    private List<String> ordersAtOnce(CacheAside<String> cache) throws Exception {
        CountDownLatch all = new CountDownLatch(2);
        Loader<String> order = key -> {
            all.countDown();
            all.await();
            return key + " with " + cache.get("part of " + key, name -> "a part");
        };
        List<Future<String>> orders = new ArrayList<>();
        for (String key : List.of("k1", "k2")) {
            orders.add(threads.submit(() -> cache.get(key, order)));
        }
        List<String> made = new ArrayList<>();
        for (Future<String> each : orders) {
            made.add(each.get(8, TimeUnit.SECONDS));
        }
        return made;
    }

    private void failsAtOnce(ThrowingRunnable work) throws Exception {
        Duration took = timed(() -> assertThatThrownBy(work::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must not read a key that it loads or writes"));
        assertThat(took).isLessThan(Duration.ofSeconds(3));
        cache.invalidate("k2"); // which may have been loaded all the same
        Awaitility.await().atMost(Duration.ofSeconds(3)).until(() -> !there("k"));
    }
}
