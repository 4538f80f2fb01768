package io.github.redispatterns.benchmarks.peers;

import com.alicp.jetcache.Cache;
import com.alicp.jetcache.redis.lettuce.LettuceConnectionManager;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import com.alicp.jetcache.support.JetCacheExecutor;
import io.github.redispatterns.benchmarks.caching.CacheClient;
import io.github.redispatterns.benchmarks.subject.Place;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Its cache in Redis, with no local one before it, and {@code Cache.computeIfAbsent}. */
record JetCacheClient(LettucePeerClient client, Cache<String, byte[]> cache) implements CacheClient {

    static JetCacheClient open(JetCacheSetup setup, Place place, Duration ttl) {
        LettucePeerClient client = setup.lettuce().open(place.uri());
        RedisLettuceCacheBuilder<?> builder = RedisLettuceCacheBuilder.createRedisLettuceCacheBuilder()
                .redisClient(client.client())
                .keyPrefix(place.prefix() + ':')
                .expireAfterWrite(ttl.toMillis(), TimeUnit.MILLISECONDS);
        setup.change().accept(builder);
        return new JetCacheClient(client, builder.buildCache());
    }

    @Override
    public @Nullable Object get(String key, Supplier<byte[]> source) {
        return cache.computeIfAbsent(key, missing -> source.get());
    }

    @Override
    public void close() {
        LettuceConnectionManager.defaultManager().removeAndClose(client.client());
        client.close();
        JetCacheExecutor.defaultExecutor().shutdownNow();
        JetCacheExecutor.setDefaultExecutor(null); // it is static; the next subject gets one that runs
    }
}
