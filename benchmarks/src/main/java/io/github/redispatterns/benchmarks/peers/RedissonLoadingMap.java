package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.caching.CacheClient;
import io.github.redispatterns.benchmarks.subject.Place;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RMapCache;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.LocalCachedMapOptions;

/**
 * {@code computeIfAbsent} of one of its maps, which loads once across all processes: it reads, takes the key's lock, reads
 * again, loads and puts. So does its read-through {@code MapLoader}, on a pool of its own.
 */
final class RedissonLoadingMap implements CacheClient {

    private final RedissonClient client;
    private final Computing map;

    /** What both kinds of map have, though with other parameters. */
    @FunctionalInterface
    private interface Computing {
        byte @Nullable [] computeIfAbsent(String key, Function<String, byte[]> load);
    }

    private RedissonLoadingMap(RedissonClient client, Computing map) {
        this.client = client;
        this.map = map;
    }

    /** The map with a time to live per entry. */
    static CacheClient mapCache(RedissonClient client, Place place, Duration ttl) {
        RMapCache<String, byte[]> map = client.getMapCache(place.prefix() + ":map");
        return new RedissonLoadingMap(client, (key, load) -> map.computeIfAbsent(key, ttl, load));
    }

    /** The map with a near cache before it. Its entries live for ever: times to live need the paid edition. */
    static CacheClient localCachedMap(RedissonClient client, Place place, Duration unused) {
        RLocalCachedMap<String, byte[]> map =
                client.getLocalCachedMap(LocalCachedMapOptions.name(place.prefix() + ":map"));
        return new RedissonLoadingMap(client, map::computeIfAbsent);
    }

    @Override
    public @Nullable Object get(String key, Supplier<byte[]> source) {
        return map.computeIfAbsent(key, missing -> source.get());
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
