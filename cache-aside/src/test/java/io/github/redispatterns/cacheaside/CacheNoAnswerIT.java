package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Callers that get no answer, and what else fails behind their backs, are counted. */
@RedisTest
class CacheNoAnswerIT extends CacheFaultBench {

    @Test
    void whoseWaitForAnotherHasEnded() {
        CacheAside<String> brief = hasty(options()
                .leaseTime(Duration.ofMillis(200))
                .maxWait(Duration.ofMillis(200))
                .build());
        Sync.await(store().lease("k", CacheRecord.newId(), TTL));
        assertThatThrownBy(() -> brief.get("k", this::load)).isInstanceOf(LoadTimeoutException.class);
        assertThatThrownBy(() -> Sync.await(brief.getAsync("k", key -> new CompletableFuture<>())))
                .isInstanceOf(LoadTimeoutException.class);
        assertThatThrownBy(() -> brief.getAll(List.of("k"), names -> Map.of()))
                .isInstanceOf(LoadTimeoutException.class);
        assertFailed(3, 0, 0);
        cache.invalidate("k");
    }

    @Test
    void whoseWaitForATurnHasEnded() {
        CacheAside<String> brief = hasty(options()
                .maxBypassLoads(1)
                .leaseTime(Duration.ofMillis(200))
                .maxWait(Duration.ofMillis(200))
                .build());
        MemoryLimit full = deployment.fillMemory();
        try (full) {
            CompletableFuture<String> never = new CompletableFuture<>();
            CompletableFuture<String> hog = brief.getAsync("hog", key -> never).toCompletableFuture();
            Awaitility.await().until(() -> {
                try {
                    return brief.get("k", this::load) == null;
                } catch (LoadTimeoutException e) {
                    return true;
                }
            });
            assertThat(hog).isNotDone();
        }
        assertFailed(1, 0, 0);
    }

    @Test
    void whomRedisRefuses() throws Exception {
        CacheAside<String> strict = hasty(options().maxBypassLoads(0).build());
        String list = besideK();
        admin(c -> c.rpush(keys.key(list), "foreign"));
        assertThatThrownBy(() -> strict.get(list, this::load)).hasMessageStartingWith("WRONGTYPE");
        assertThatThrownBy(() -> Sync.await(strict.getAsync(list, key -> new CompletableFuture<>())))
                .hasMessageStartingWith("WRONGTYPE");
        assertThatThrownBy(() -> strict.getAll(List.of(list), names -> Map.of()))
                .hasMessageContaining("WRONGTYPE");
        assertFailed(0, 3, 0);
        whileFrozen(() -> assertThatThrownBy(() -> strict.get("k", this::load)).isInstanceOf(PatternsException.class));
        assertFailed(0, 4, 0);
        assertThat(loads).hasValue(0);
        admin(c -> c.del(keys.key(list)));
    }

    @Test
    void whoseLoaderFails() {
        assertThatThrownBy(() -> hasty.get("k", key -> {
                    throw new IOException("disk");
                }))
                .isInstanceOf(LoadFailedException.class);
        assertThatThrownBy(
                        () -> Sync.await(hasty.getAsync("k", key -> CompletableFuture.failedFuture(new IOException()))))
                .isInstanceOf(IOException.class);
        assertFailed(0, 0, 2);
    }

    @Test
    void aRefreshThatCannotBeBegunIsSkipped() throws Exception {
        CacheAside<String> soft = hasty(options().softTtl(Duration.ofMillis(1)).build());
        soft.put("k", "old");
        Awaitility.await().until(() -> soft.inspect("k").age().compareTo(Duration.ofMillis(300)) > 0);
        whileWritesArePaused(() -> {
            assertThat(soft.get("k", this::load)).isEqualTo("old");
            Awaitility.await().until(() -> counter("refreshes.skipped") == 1);
        });
        assertThat(loads).hasValue(0);
        Awaitility.await().until(() -> soft.get("k", this::load).startsWith("value"));
    }

    @Test
    void aLeaseThatCannotBeGivenBackHasToExpire() throws Exception {
        hasty.get("warm-up", this::load);
        CompletableFuture<String> load = new CompletableFuture<>();
        CompletableFuture<String> failed = hasty.getAsync("k", key -> load).toCompletableFuture();
        Awaitility.await().until(() -> there("k"));
        whileFrozen(() -> {
            load.completeExceptionally(new IOException("disk"));
            assertThatThrownBy(() -> Sync.await(failed)).isInstanceOf(IOException.class);
            Awaitility.await().until(() -> counter("releases.failed") == 1);
        });
        awaitHit("k", LEASE.plus(RECOVERY));
    }

    private void assertFailed(int timeout, int byRedis, int other) {
        assertThat(hastily("gets.failed", "cause", "timeout")).isEqualTo(timeout);
        assertThat(hastily("gets.failed", "cause", "redis")).isEqualTo(byRedis);
        assertThat(hastily("gets.failed", "cause", "other")).isEqualTo(other);
    }

    private double counter(String meter) {
        return meters.find("redis.patterns.cacheaside." + meter).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
