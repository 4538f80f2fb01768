package io.github.redispatterns.benchmarks.cacheaside;

import io.github.redispatterns.benchmarks.caching.CacheClient;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.cacheaside.CacheAside;
import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ours, with its defaults, on a handle of its own. */
final class CacheAsideClient implements CacheClient {

    private final Redis redis;
    private final CacheAside<byte[]> cache;

    CacheAsideClient(Place place, Duration ttl) {
        redis = Redis.connect(place.uri());
        cache = CacheAside.create(redis, KeySpace.of(place.prefix()), Codec.bytes(), CacheAsideOptions.ofTtl(ttl));
    }

    @Override
    public @Nullable Object get(String key, Supplier<byte[]> source) {
        return cache.get(key, missing -> source.get());
    }

    @Override
    public void close() {
        cache.close();
        redis.close();
    }
}
