package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The atomic steps on one key, bytes in and bytes out. */
final class CacheStore {

    private static final byte[] NOTHING = {};

    private static final LuaScript<byte @Nullable []> LEASE =
            LuaScript.bytes(CacheStore.class, "cache-aside/cache_lease.lua");
    private static final LuaScript<Long> FILL =
            LuaScript.integer(CacheStore.class, "cache-aside/cache_fill.lua").idempotent();
    private static final LuaScript<Long> RELEASE = LuaScript.integer(CacheStore.class, "cache-aside/cache_release.lua");
    private static final LuaScript<Long> PUT = LuaScript.integer(CacheStore.class, "cache-aside/cache_put.lua");
    private static final LuaScript<Long> INVALIDATE =
            LuaScript.integer(CacheStore.class, "cache-aside/cache_invalidate.lua");

    private final Redis redis;
    private final KeySpace keys;

    CacheStore(Redis redis, KeySpace keys) {
        this.redis = redis;
        this.keys = keys;
    }

    CompletionStage<byte @Nullable []> read(String key) {
        String name = keys.key(key);
        return redis.executeAsync(Redis.KEYS_AND_BYTES, commands -> commands.get(name));
    }

    /** Null if the lease was taken of a key that holds nothing; else what it holds. */
    CompletionStage<byte @Nullable []> lease(String key, byte[] lease, Duration time) {
        return lease(key, lease, time, NOTHING);
    }

    /** Null if the lease was taken of a key that holds nothing or just these unreadable bytes; else what it holds. */
    CompletionStage<byte @Nullable []> lease(String key, byte[] lease, Duration time, byte[] unreadable) {
        return LEASE.on(redis)
                .key(keys.key(key))
                .arg(lease)
                .arg(time.toMillis())
                .arg(unreadable)
                .runAsync();
    }

    /** True if the entry was stored, false if the lease was gone. */
    CompletionStage<Boolean> fill(String key, byte[] lease, byte[] entry, Duration ttl) {
        return FILL.on(redis)
                .key(keys.key(key))
                .arg(lease)
                .arg(entry)
                .arg(ttl.toMillis())
                .runAsync()
                .thenApply(stored -> stored == 1);
    }

    /** True if the lease was given back, false if it was gone. */
    CompletionStage<Boolean> release(String key, byte[] lease) {
        return RELEASE.on(redis).key(keys.key(key)).arg(lease).runAsync().thenApply(released -> released == 1);
    }

    CompletionStage<Long> put(String key, byte[] entry, Duration ttl) {
        return PUT.on(redis).key(keys.key(key)).arg(entry).arg(ttl.toMillis()).runAsync();
    }

    CompletionStage<Long> invalidate(String key) {
        return INVALIDATE.on(redis).key(keys.key(key)).runAsync();
    }
}
