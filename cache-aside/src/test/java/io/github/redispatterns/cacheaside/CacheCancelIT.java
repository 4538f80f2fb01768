package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A load that is cancelled concerns only the caller who began it: the others are served by one of their own. */
@RedisTest
class CacheCancelIT extends CacheBench {

    private final CompletableFuture<String> cancelled = new CompletableFuture<>();

    @Test
    void thoseWhoJoinedLoadOnceInItsPlace() throws Exception {
        CompletionStage<String> first = cache.getAsync("k", key -> cancelled);
        Awaitility.await().until(() -> there("k"));
        List<Future<String>> joined = new ArrayList<>();
        for (int i = 0; i < 63; i++) {
            joined.add(threads.submit(() -> cache.get("k", this::load)));
        }
        Awaitility.await().until(() -> waits("local") == 63);
        cancelled.cancel(true);
        for (Future<String> each : joined) {
            assertThat(each.get(5, TimeUnit.SECONDS)).isEqualTo("value 1"); // far less than the lease's 10 s
        }
        assertThat(loads).hasValue(1);
        assertThatThrownBy(() -> Sync.await(first)).isInstanceOf(CancellationException.class);
    }

    /** The lease is given back at once, and those who wait are told. */
    @Test
    void anotherProcessNeedNotWaitForTheEndOfTheLease() throws Exception {
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        CompletionStage<String> first = cache.getAsync("k", key -> cancelled);
        Awaitility.await().until(() -> there("k"));
        Future<String> waiting = threads.submit(() -> other.get("k", this::load));
        Awaitility.await().until(() -> waits("remote") == 1);
        cancelled.cancel(true);
        assertThat(waiting.get(3, TimeUnit.SECONDS)).isEqualTo("value 1");
        assertThatThrownBy(() -> Sync.await(first)).isInstanceOf(CancellationException.class);
    }

    /** As by a pool that is shut down, or a client that gives up, inside a loader that blocks. */
    @Test
    void aLoaderThatMeetsACancelledFutureIsReplacedToo() throws Exception {
        Future<String> first = threads.submit(() -> cache.get("k", key -> cancelled.join()));
        Awaitility.await().until(() -> there("k"));
        Future<String> joined = threads.submit(() -> cache.get("k", this::load));
        Awaitility.await().until(() -> waits("local") == 1);
        cancelled.cancel(true);
        assertThat(joined.get(3, TimeUnit.SECONDS)).isEqualTo("value 1");
        assertThatThrownBy(() -> first.get(3, TimeUnit.SECONDS)).hasCauseInstanceOf(CancellationException.class);
    }

    @Test
    void thoseWhoJoinedKeysOfACancelledBulkLoadAreServed() throws Exception {
        List<String> names = List.of("a", "b", "c");
        CompletableFuture<Map<String, String>> bulk = new CompletableFuture<>();
        CompletionStage<Map<String, String>> first = cache.getAllAsync(names, missing -> bulk);
        Awaitility.await().until(() -> names.stream().allMatch(this::there));
        Future<String> one = threads.submit(() -> cache.get("a", this::load));
        Future<Map<String, String>> all = threads.submit(() ->
                cache.getAll(names, missing -> missing.stream().collect(Collectors.toMap(name -> name, this::load))));
        Awaitility.await().until(() -> waits("local") == 4);
        bulk.cancel(true);
        assertThat(all.get(3, TimeUnit.SECONDS)).containsOnlyKeys(names);
        assertThat(one.get(3, TimeUnit.SECONDS))
                .isEqualTo(all.get(3, TimeUnit.SECONDS).get("a"));
        assertThat(loads).hasValue(3);
        assertThatThrownBy(() -> Sync.await(first)).isInstanceOf(CancellationException.class);
    }
}
