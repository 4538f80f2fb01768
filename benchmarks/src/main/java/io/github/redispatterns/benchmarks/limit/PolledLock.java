package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.locking.LockClient;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** {@code SET NX PX} again and again until it is the caller's, with pauses of 1 ms on average, and the script that deletes. */
final class PolledLock implements LockClient {

    private static final SetArgs IF_FREE = SetArgs.Builder.nx().px(LEASE);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final RedisClient client;
    private final StatefulRedisConnection<String, byte[]> connection;
    private final RedisCommands<String, byte[]> commands;
    private final String key;
    private final String release;

    PolledLock(Place place) {
        client = RedisClient.create(place.uri());
        connection = client.connect(Redis.KEYS_AND_BYTES);
        commands = connection.sync();
        key = Entries.keys(place)[0];
        release = commands.scriptLoad(LuaFile.LOCK_RELEASE.source());
    }

    @Override
    public Held acquire() {
        byte[] token = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
        long began = System.nanoTime();
        while (!"OK".equals(commands.set(key, token, IF_FREE))) {
            Granted.check(System.nanoTime() - began < PATIENCE.toNanos());
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_NANOS));
        }
        return () ->
                Granted.check(commands.<Boolean>evalsha(release, ScriptOutputType.BOOLEAN, new String[] {key}, token));
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
