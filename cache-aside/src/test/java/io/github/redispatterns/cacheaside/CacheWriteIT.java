package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Put, invalidate, update, and what they do to the loads and writes that they overlap. */
@RedisTest
class CacheWriteIT extends CacheBench {

    private final AtomicReference<String> database = new AtomicReference<>("old");

    @Test
    void putAndInvalidate() {
        assertThat(cache.put("k", "put")).isEqualTo(WriteOutcome.STORED);
        assertThat(cache.get("k", this::load)).isEqualTo("put");
        assertThat(cache.invalidate("k")).isEqualTo(WriteOutcome.REMOVED);
        assertThat(cache.invalidate("k")).isEqualTo(WriteOutcome.REMOVED);
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(cache.put("k", "put again")).isEqualTo(WriteOutcome.STORED);
        assertThat(cache.get("k", this::load)).isEqualTo("put again");
    }

    @Test
    void aLoadThatAWriteHasOvertakenIsDiscardedAndSaysSo() {
        for (String key : new String[] {"invalidate", "put", "update", "around"}) {
            CompletableFuture<String> old = new CompletableFuture<>();
            CompletionStage<Lookup<String>> reader = cache.lookupAsync(key, name -> old);
            Awaitility.await().until(() -> there(key));
            switch (key) {
                case "invalidate" -> cache.invalidate(key);
                case "put" -> cache.put(key, "new");
                case "update" -> cache.update(key, "new", () -> {});
                default -> cache.invalidateAround(key, () -> {});
            }
            old.complete("old");
            assertThat(Sync.<Lookup<String>>await(reader))
                    .as(key)
                    .isEqualTo(new Lookup<>("old", Source.DISCARDED, Duration.ZERO));
            assertThat(cache.get(key, name -> "new")).as(key).isEqualTo("new");
        }
        assertThat(loads("discarded")).isEqualTo(4);
        assertThat(gets("discarded")).isEqualTo(4);
    }

    @Test
    void anUpdateWritesThroughInTheCallersThread() {
        cache.put("k", "old");
        Thread caller = Thread.currentThread();
        WriteOutcome outcome = cache.update("k", "new", () -> {
            assertThat(Thread.currentThread()).isSameAs(caller);
            assertThat(CacheRecord.isLease(Sync.await(store().read("k")))).isTrue();
            database.set("new");
        });
        assertThat(outcome).isEqualTo(WriteOutcome.STORED);
        assertThat(cache.lookup("k", this::load).source()).isEqualTo(Source.REDIS);
        assertThat(cache.get("k", this::load)).isEqualTo("new");
        assertThat(database).hasValue("new");
        assertThat(pttl("k")).isGreaterThan(200_000);
    }

    @Test
    void readersWaitForAWriteUnderWay() throws Exception {
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        cache.put("k", "old");
        CompletableFuture<String> commit = new CompletableFuture<>();
        CompletionStage<WriteOutcome> update = cache.updateAsync("k", "new", () -> commit);
        Awaitility.await().until(() -> CacheRecord.isLease(Sync.await(store().read("k"))));
        Future<String> here = threads.submit(() -> cache.get("k", this::load));
        Future<String> elsewhere = threads.submit(() -> other.get("k", this::load));
        Awaitility.await().until(() -> waits("remote") == 2);
        commit.complete("done");
        assertThat(Sync.<WriteOutcome>await(update)).isEqualTo(WriteOutcome.STORED);
        assertThat(here.get(20, TimeUnit.SECONDS)).isEqualTo("new");
        assertThat(elsewhere.get(20, TimeUnit.SECONDS)).isEqualTo("new");
        assertThat(loads).hasValue(0);
    }

    /** Nobody can tell which of two overlapping writes has committed last, so neither value stays. */
    @Test
    void ofTwoWritesThatOverlapNeitherStays() {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        CompletionStage<WriteOutcome> one = cache.updateAsync("k", "one", () -> first);
        Awaitility.await().until(() -> there("k"));
        byte[] lease = Sync.await(store().read("k"));
        CompletionStage<WriteOutcome> two = cache.updateAsync("k", "two", () -> second);
        Awaitility.await().until(() -> !CacheRecord.isLeaseOf(Sync.await(store().read("k")), CacheRecord.id(lease)));
        second.complete("committed first");
        assertThat(Sync.<WriteOutcome>await(two)).isEqualTo(WriteOutcome.STORED);
        first.complete("committed last");
        assertThat(Sync.<WriteOutcome>await(one)).isEqualTo(WriteOutcome.REMOVED);
        assertThat(there("k")).isFalse();
    }

    /** The old row was read and stored while the writer took longer than its lease. */
    @Test
    void aWriterSlowerThanItsLeaseStillLeavesNothingOld() {
        CacheAside<String> quick = cache(
                CacheAsideOptions.builder(TTL).leaseTime(Duration.ofMillis(200)).build());
        CompletableFuture<String> commit = new CompletableFuture<>();
        CompletionStage<WriteOutcome> update = quick.updateAsync("k", "new", () -> commit);
        assertThat(quick.get("k", key -> "old")).isEqualTo("old");
        commit.complete("done");
        assertThat(Sync.<WriteOutcome>await(update)).isEqualTo(WriteOutcome.REMOVED);
        assertThat(there("k")).isFalse();
    }

    /** That is what an invalidation after the write cannot do. */
    @Test
    void aWriterThatDiesLeavesNothingOld() {
        cache.put("k", "old");
        CacheAside<String> dying = cache(
                handle(),
                CacheAsideOptions.builder(TTL).leaseTime(Duration.ofMillis(300)).build());
        CompletionStage<WriteOutcome> never = dying.invalidateAroundAsync("k", CompletableFuture::new);
        Awaitility.await().until(() -> CacheRecord.isLease(Sync.await(store().read("k"))));
        assertThat(cache.get("k", key -> "new")).isEqualTo("new");
        assertThat(never.toCompletableFuture()).isNotDone();
    }

    @Test
    void aWriterThatFailsIsToldAndTheKeyIsEmpty() {
        IOException disk = new IOException("disk");
        IllegalStateException bug = new IllegalStateException("bug");
        cache.put("k", "old");
        assertThatThrownBy(() -> cache.update("k", "new", () -> {
                    throw disk;
                }))
                .isInstanceOf(WriteFailedException.class)
                .hasCause(disk);
        assertThat(there("k")).isFalse();
        cache.put("k", "old");
        assertThatThrownBy(() -> cache.invalidateAround("k", () -> {
                    throw bug;
                }))
                .isSameAs(bug);
        assertThat(there("k")).isFalse();
        assertThatThrownBy(() -> Sync.await(cache.updateAsync("k", "new", () -> CompletableFuture.failedFuture(disk))))
                .isSameAs(disk);
        assertThatThrownBy(() -> Sync.await(cache.updateAsync("k", "new", () -> {
                    throw bug;
                })))
                .isSameAs(bug);
        assertThatThrownBy(() -> Sync.await(cache.updateAsync("k", "new", () -> null)))
                .hasMessage("The writer returned null in place of a stage");
        assertThat(there("k")).isFalse();
    }
}
