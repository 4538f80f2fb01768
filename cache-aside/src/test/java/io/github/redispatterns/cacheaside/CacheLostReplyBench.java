package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.TestKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** A cache whose replies can be cut, and a witness whose cannot. */
abstract class CacheLostReplyBench {

    static final Duration TTL = Duration.ofMinutes(5);
    static final Duration SOFT = Duration.ofMillis(300);

    @Parameter
    RedisDeployment deployment;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final ExecutorService threads = Executors.newCachedThreadPool();
    final AtomicInteger loads = new AtomicInteger();
    private AclUser user;
    FaultProxies proxies;
    Redis redis;
    Redis direct;
    KeySpace space;
    CacheAside<String> cache;
    CacheAside<String> witness;
    CacheStore store;

    @BeforeEach
    void open(TestKeys keys) {
        user = Handles.leastPrivileged(deployment, keys);
        proxies = FaultProxies.of(deployment);
        proxies.cutBy(cut());
        redis = Handles.open(
                deployment,
                user,
                RedisOptions.builder().meterRegistry(registry).clientResources(proxies.clientResources()));
        direct = Handles.open(deployment, user);
        space = KeySpace.of(keys.prefix());
        store = new CacheStore(direct, space);
        CacheAsideOptions options = CacheAsideOptions.builder(TTL)
                .softTtl(SOFT)
                .jitter(0)
                .negativeTtl(Duration.ZERO)
                .build();
        cache = CacheAside.create(redis, space, Codec.utf8(), options);
        witness = CacheAside.create(direct, space, Codec.utf8(), options);
        // Every script is known to the servers, so that each step is one EVALSHA.
        for (String key : List.of("k", "k2")) {
            witness.get(key, name -> "warm-up");
            Sync.await(store.refresh(key, CacheRecord.newId(), CacheRecord.newId(), SOFT));
            Sync.await(store.await(key, CacheRecord.newId()));
            Sync.await(store.release(key, CacheRecord.newId()));
            witness.put(key, "warm-up");
            witness.invalidate(key);
        }
        cache.get("other", key -> "warm-up");
        cache.inspect("other"); // it knows what time it is
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

    final String load(String key) {
        return "value " + loads.incrementAndGet();
    }

    final boolean there(String key) {
        return Sync.await(store.read(key)) != null;
    }

    final boolean isAwaited(String key) {
        byte[] record = Sync.await(store.read(key));
        return record != null && CacheRecord.isLease(record) && record.length > CacheRecord.LEASE_BYTES;
    }
}
