package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The reply of each step is cut, one at a time: nothing is applied twice, and no caller is told what is not so. What
 * comes of that step is looked at here; {@link CacheEveryReplyIT} leaves no step out.
 */
@RedisTest
class CacheLostReplyIT extends CacheLostReplyBench {

    @Test
    void ofTheRead() {
        proxies.cutReplyOf("GET");
        assertThat(cache.lookup("k", this::load)).isEqualTo(new Lookup<>("value 1", Source.BYPASSED, Duration.ZERO));
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(there("k")).isFalse();
        assertThat(cache.lookup("k", this::load).source()).isEqualTo(Source.LOADED); // the breaker has not opened
    }

    @Test
    void ofTheReadOfMany() {
        proxies.cutReplyOf("MGET");
        Map<String, String> values = cache.getAll(List.of("k"), names -> Map.of("k", load("k")));
        assertThat(values).isEqualTo(Map.of("k", "value 1"));
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(there("k")).isFalse();
    }

    /** The lease carries the load's id: the repeated request finds it there and knows it for its own. */
    @Test
    void ofTheLease() {
        proxies.cutReplyOf("EVALSHA");
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(loads).hasValue(1);
        assertThat(witness.get("k", this::load)).isEqualTo("value 1");
    }

    /** The repeated fill finds its own entry, and reports it stored. */
    @Test
    void ofTheFill() {
        String value = cache.get("k", key -> {
            proxies.cutReplyOf("EVALSHA");
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(witness.get("k", this::load)).isEqualTo("value 1");
        assertThat(loads).hasValue(1);
    }

    /** An invalidation between the lost reply and the repeated fill must win. */
    @Test
    void ofTheFillWithAnInvalidationBeforeItsRepetition() {
        String value = cache.get("k", key -> {
            witness.invalidate("k");
            proxies.cutReplyOf("EVALSHA");
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        assertThat(there("k")).isFalse();
    }

    @Test
    void ofTheRelease() {
        assertThatThrownBy(() -> cache.get("k", key -> {
                    proxies.cutReplyOf("EVALSHA");
                    throw new IllegalStateException("bug");
                }))
                .hasMessage("bug");
        Awaitility.await().until(() -> !there("k"));
        Awaitility.await().until(() -> proxies.cuts() == 1);
        assertThat(witness.get("k", this::load)).isEqualTo("value 1");
    }

    @Test
    void ofTheRegistrationOfAWaiter() throws Exception {
        Sync.await(store.lease("k", CacheRecord.newId(), TTL));
        Future<String> waiting = threads.submit(() -> cache.get("k", this::load));
        Awaitility.await().until(() -> isAwaited("k")); // it listens
        Sync.await(store.lease("k2", CacheRecord.newId(), TTL));
        proxies.cutReplyOf("EVALSHA");
        Future<String> second = threads.submit(() -> cache.get("k2", key -> "value of k2"));
        Awaitility.await().until(() -> proxies.cuts() == 1);
        witness.invalidate("k2");
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("value of k2");
        witness.invalidate("k");
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("value 1");
    }

    /** The repeated request finds its own id in the entry, and knows that it may load. */
    @Test
    void ofTheRefresh() {
        witness.put("k", "old");
        awaitStale();
        proxies.cutReplyOf("EVALSHA");
        assertThat(cache.get("k", this::load)).isEqualTo("old");
        Awaitility.await().until(() -> cache.get("k", this::load).equals("value 1"));
        assertThat(proxies.cuts()).isEqualTo(1);
    }

    /** Nobody knows whether the key was claimed, so nothing is stored; but nothing old stays. */
    @Test
    void ofTheClaimOfAWrite() {
        witness.put("k", "old");
        proxies.cutReplyOf("EVALSHA");
        assertThat(cache.put("k", "put")).isEqualTo(WriteOutcome.REMOVED);
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(there("k")).isFalse();
        witness.put("k", "later");
        assertThat(cache.get("k", this::load)).isEqualTo("later"); // nothing comes after it
    }

    @Test
    void ofTheFillOfAWrite() {
        witness.put("k", "old");
        WriteOutcome outcome = cache.update("k", "new", () -> proxies.cutReplyOf("EVALSHA"));
        assertThat(outcome).isEqualTo(WriteOutcome.STORED);
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(witness.get("k", this::load)).isEqualTo("new");
    }

    @Test
    void ofTheInvalidation() {
        witness.put("k", "put");
        proxies.cutReplyOf("EVALSHA");
        assertThat(cache.invalidate("k")).isEqualTo(WriteOutcome.REMOVED);
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(there("k")).isFalse();
        witness.put("k", "later");
        assertThat(cache.get("k", this::load)).isEqualTo("later");
    }

    private void awaitStale() {
        Awaitility.await().until(() -> witness.inspect("k").staleIn().isZero());
    }
}
