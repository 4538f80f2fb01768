package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** A cache of texts, as the least-privileged user, and what the tests look at. */
abstract class CacheBench {

    static final Duration TTL = Duration.ofMinutes(5);

    @Parameter
    RedisDeployment deployment;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final ExecutorService threads = Executors.newCachedThreadPool();
    final AtomicInteger loads = new AtomicInteger();
    private final List<AutoCloseable> opened = new ArrayList<>();
    AclUser user;
    Redis redis;
    KeySpace keys;
    CacheAside<String> cache;

    @BeforeEach
    void open(TestKeys testKeys) {
        user = Handles.leastPrivileged(deployment, testKeys);
        redis = handle();
        keys = KeySpace.of(testKeys.prefix());
        cache = cache(CacheAsideOptions.ofTtl(TTL));
    }

    @AfterEach
    void close() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    /** Another process's handle. */
    final Redis handle() {
        return handle(RedisOptions.builder());
    }

    final Redis handle(RedisOptions.Builder options) {
        Redis handle = Handles.open(deployment, user, options.meterRegistry(registry));
        opened.add(handle);
        return handle;
    }

    final CacheAside<String> cache(CacheAsideOptions options) {
        return cache(redis, options);
    }

    final CacheAside<String> cache(Redis handle, CacheAsideOptions options) {
        CacheAside<String> made = CacheAside.create(handle, keys, Codec.utf8(), options);
        opened.add(made);
        return made;
    }

    final CacheStore store() {
        return new CacheStore(redis, keys);
    }

    final String load(String key) {
        return "value " + loads.incrementAndGet();
    }

    final String loadNothing(String key) {
        loads.incrementAndGet();
        return null;
    }

    final <T> T admin(Function<RedisCommands<String, String>, T> work) {
        return deployment.masterOf(keys.key("k")).call(work);
    }

    final boolean there(String key) {
        return Sync.await(store().read(key)) != null;
    }

    final long pttl(String key) {
        return deployment.masterOf(keys.key(key)).call(c -> c.pttl(keys.key(key)));
    }

    final double gets(String source) {
        return counted("gets", "source", source);
    }

    final double waits(String whom) {
        return counted("waits", "scope", whom);
    }

    final double counted(String meter, String... tags) {
        return registry.counter("redis.patterns.cacheaside." + meter, tags(tags))
                .count();
    }

    /** Loads that ended so, for whatever reason they were made. */
    final long loads(String outcome) {
        return Search.in(registry).name("redis.patterns.cacheaside.loads").tag("outcome", outcome).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private static String[] tags(String... own) {
        List<String> all = new ArrayList<>(List.of("cache", "default"));
        all.addAll(List.of(own));
        return all.toArray(String[]::new);
    }
}
