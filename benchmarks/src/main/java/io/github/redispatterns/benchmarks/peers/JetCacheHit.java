package io.github.redispatterns.benchmarks.peers;

import com.alicp.jetcache.Cache;
import com.alicp.jetcache.redis.lettuce.LettuceConnectionManager;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import com.alicp.jetcache.support.JetCacheExecutor;
import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.concurrent.TimeUnit;

/** {@code Cache.get} of one entry that is there, from Redis: no local cache before it. */
final class JetCacheHit implements Subject {

    private final LettucePeerClient client;
    private final Cache<String, byte[]> cache;

    JetCacheHit(JetCacheSetup setup, Place place) {
        this.client = setup.lettuce().open(place.uri());
        RedisLettuceCacheBuilder<?> builder = RedisLettuceCacheBuilder.createRedisLettuceCacheBuilder()
                .redisClient(client.client())
                .keyPrefix(place.prefix() + ':')
                .expireAfterWrite(1, TimeUnit.HOURS);
        setup.change().accept(builder);
        this.cache = builder.buildCache();
        for (int thread = 0; thread < place.threads(); thread++) {
            // put() does not wait for its reply, PUT() can
            Granted.check(cache.PUT(Integer.toString(thread), Entries.value()).isSuccess());
        }
    }

    @Override
    public void call(int thread) {
        Entries.check(cache.get(Integer.toString(thread)));
    }

    @Override
    public void close() {
        LettuceConnectionManager.defaultManager().removeAndClose(client.client());
        client.close();
        JetCacheExecutor.defaultExecutor().shutdownNow();
        JetCacheExecutor.setDefaultExecutor(null); // it is static; the next subject gets one that runs
    }
}
