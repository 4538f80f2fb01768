package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.subject.BatchSubject;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;

/** One connection of a plain Lettuce client, with its defaults. */
public abstract class RawSubject implements BatchSubject {

    /** What callers that wait use. */
    protected final RedisCommands<String, byte[]> sync;

    /** What callers that do not wait use. */
    protected final RedisAsyncCommands<String, byte[]> async;

    private final RedisClient client;
    private final StatefulRedisConnection<String, byte[]> connection;

    /**
     * Connects.
     *
     * @param place where
     */
    protected RawSubject(Place place) {
        client = RedisClient.create(place.uri());
        connection = client.connect(Redis.KEYS_AND_BYTES);
        sync = connection.sync();
        async = connection.async();
    }

    @Override
    public final void holdBack() {
        connection.setAutoFlushCommands(false);
    }

    @Override
    public final void flush() {
        connection.flushCommands();
    }

    @Override
    public final void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
