package io.github.redispatterns.benchmarks.cacheaside;

import io.github.redispatterns.benchmarks.caching.CacheClient;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.function.Supplier;

/** The cache that everybody writes first, through plain Lettuce: {@code GET}, and on a miss a load and {@code SET}. */
final class NaiveCache implements CacheClient {

    private final RedisClient client;
    private final StatefulRedisConnection<String, byte[]> connection;
    private final RedisCommands<String, byte[]> commands;
    private final String prefix;
    private final SetArgs ttl;

    NaiveCache(Place place, Duration ttl) {
        this.prefix = place.prefix() + ':';
        this.ttl = SetArgs.Builder.px(ttl);
        client = RedisClient.create(place.uri());
        connection = client.connect(Redis.KEYS_AND_BYTES);
        commands = connection.sync();
    }

    @Override
    public Object get(String key, Supplier<byte[]> source) {
        String name = prefix + key;
        byte[] value = commands.get(name);
        if (value == null) {
            value = source.get();
            commands.set(name, value, ttl);
        }
        return value;
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
