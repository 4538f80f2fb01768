package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** The reply of each step is cut, one at a time: nothing is applied twice, and no caller is told what is not so. */
@RedisTest
class CacheLostReplyIT {

    private static final Duration TTL = Duration.ofMinutes(5);
    private static final Duration SOFT = Duration.ofMillis(300);

    @Parameter
    RedisDeployment deployment;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger loads = new AtomicInteger();
    private AclUser user;
    private FaultProxies proxies;
    private Redis redis;
    private Redis direct;
    private CacheAside<String> cache;
    private CacheAside<String> witness;
    private CacheStore store;

    @BeforeEach
    void open(TestKeys keys) {
        user = Handles.leastPrivileged(deployment, keys);
        proxies = FaultProxies.of(deployment);
        proxies.cutBy(cut());
        redis = Handles.open(deployment, user, RedisOptions.builder().clientResources(proxies.clientResources()));
        direct = Handles.open(deployment, user);
        KeySpace space = KeySpace.of(keys.prefix());
        store = new CacheStore(direct, space);
        CacheAsideOptions options = CacheAsideOptions.builder(TTL)
                .softTtl(SOFT)
                .jitter(0)
                .negativeTtl(Duration.ZERO)
                .build();
        cache = CacheAside.create(redis, space, Codec.utf8(), options);
        witness = CacheAside.create(direct, space, Codec.utf8(), options);
        // Every script is known to the servers, so that each step is one EVALSHA.
        witness.get("k", key -> "warm-up");
        awaitStale();
        witness.get("k", key -> "warm-up");
        witness.invalidate("k");
        witness.get("k", key -> null);
        Sync.await(store.await("k", CacheRecord.newId()));
        witness.put("k", "warm-up");
        witness.invalidate("k");
        cache.get("other", key -> "warm-up"); // it knows what time it is
    }

    Cut cut() {
        return Cut.CLOSE;
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        cache.close();
        witness.close();
        redis.close();
        direct.close();
        proxies.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void ofTheRead() {
        proxies.cutReplyOf("GET");
        assertThat(cache.lookup("k", this::load)).isEqualTo(new Lookup<>("value 1", Source.BYPASSED, Duration.ZERO));
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(there()).isFalse();
        assertThat(cache.lookup("k", this::load).source()).isEqualTo(Source.LOADED); // the breaker has not opened
    }

    @Test
    void ofTheReadOfMany() {
        proxies.cutReplyOf("MGET");
        Map<String, String> values = cache.getAll(List.of("k"), names -> Map.of("k", load("k")));
        assertThat(values).isEqualTo(Map.of("k", "value 1"));
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(there()).isFalse();
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
        assertThat(there()).isFalse();
    }

    @Test
    void ofTheRelease() {
        assertThatThrownBy(() -> cache.get("k", key -> {
                    proxies.cutReplyOf("EVALSHA");
                    throw new IllegalStateException("bug");
                }))
                .hasMessage("bug");
        Awaitility.await().until(() -> !there());
        Awaitility.await().until(() -> proxies.cuts() == 1);
        assertThat(witness.get("k", this::load)).isEqualTo("value 1");
    }

    @Test
    void ofTheRegistrationOfAWaiter() throws Exception {
        Sync.await(store.lease("k", CacheRecord.newId(), Duration.ofSeconds(1)));
        Future<String> waiting = threads.submit(() -> cache.get("k", this::load));
        Awaitility.await().until(this::isAwaited); // it listens
        Sync.await(store.lease("k2", CacheRecord.newId(), Duration.ofSeconds(1)));
        proxies.cutReplyOf("EVALSHA");
        assertThat(cache.get("k2", key -> "value of k2")).isEqualTo("value of k2");
        assertThat(proxies.cuts()).isEqualTo(1);
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
        assertThat(there()).isFalse();
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
        assertThat(there()).isFalse();
        witness.put("k", "later");
        assertThat(cache.get("k", this::load)).isEqualTo("later");
    }

    private String load(String key) {
        return "value " + loads.incrementAndGet();
    }

    private boolean there() {
        return Sync.await(store.read("k")) != null;
    }

    private boolean isAwaited() {
        byte[] record = Sync.await(store.read("k"));
        return record != null && CacheRecord.isLease(record) && record.length > CacheRecord.LEASE_BYTES;
    }

    private void awaitStale() {
        Awaitility.await().until(() -> witness.inspect("k").staleIn().isZero());
    }
}
