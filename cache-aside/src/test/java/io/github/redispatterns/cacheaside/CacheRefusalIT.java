package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What is left of a load whose value Redis has answered, and refused. */
@RedisTest
class CacheRefusalIT extends CacheFaultBench {

    /** Far less than the lease's 10 s. */
    @Test
    void nobodyWaitsForTheLeaseOfAFillThatWasRefused() throws Exception {
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        CompletableFuture<Future<String>> waiting = new CompletableFuture<>();
        MemoryLimit[] full = new MemoryLimit[1];
        try {
            Lookup<String> loaded = cache.lookup("k", key -> {
                waiting.complete(threads.submit(() -> other.get("k", this::load)));
                Awaitility.await().until(() -> waits("remote") == 1);
                full[0] = deployment.fillMemory();
                return "refused";
            });
            assertThat(loaded).isEqualTo(new Lookup<>("refused", Source.LOADED, Duration.ZERO));
            assertThat(waiting.get().get(3, TimeUnit.SECONDS)).isEqualTo("value 1");
            assertThat(there("k")).isFalse();
        } finally {
            full[0].close();
        }
        assertThat(loads("fill-failed")).isEqualTo(1);
    }

    @Test
    void aRefreshThatWasRefusedLeavesTheOldValue() {
        CacheAside<String> soft = cache(
                CacheAsideOptions.builder(TTL).softTtl(Duration.ofMillis(1)).build());
        soft.put("k", "old");
        Awaitility.await()
                .until(() -> soft.inspect("k").age().compareTo(Duration.ofMillis(300)) > 0); // clocks differ a little
        MemoryLimit[] full = new MemoryLimit[1];
        try {
            Loader<String> filling = key -> {
                full[0] = deployment.fillMemory();
                return "refused";
            };
            assertThat(soft.get("k", filling)).isEqualTo("old");
            Awaitility.await().until(() -> loads("fill-failed") == 1);
            assertThat(soft.lookup("k", this::load).source()).isEqualTo(Source.STALE);
        } finally {
            full[0].close();
        }
        assertThat(loads).hasValue(0);
    }
}
