package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.ScriptCall;
import io.lettuce.core.KeyValue;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The atomic steps on one key, bytes in and bytes out. */
final class CacheStore {

    private static final byte[] NOTHING = {};
    private static final byte[] VALUE = {CacheRecord.VALUE};
    private static final byte[] NEGATIVE = {CacheRecord.NEGATIVE};

    private static final LuaScript<byte @Nullable []> LEASE =
            LuaScript.bytes(CacheStore.class, "cache-aside/cache_lease.lua");
    private static final LuaScript<List<@Nullable Object>> AWAIT =
            LuaScript.list(CacheStore.class, "cache-aside/cache_await.lua");
    private static final LuaScript<Long> REFRESH =
            LuaScript.integer(CacheStore.class, "cache-aside/cache_refresh.lua").idempotent();
    private static final LuaScript<Long> FILL =
            LuaScript.integer(CacheStore.class, "cache-aside/cache_fill.lua").idempotent();
    private static final LuaScript<Long> RELEASE = LuaScript.integer(CacheStore.class, "cache-aside/cache_release.lua");
    private static final LuaScript<Long> CLAIM = LuaScript.integer(CacheStore.class, "cache-aside/cache_claim.lua");
    private static final LuaScript<Long> INVALIDATE =
            LuaScript.integer(CacheStore.class, "cache-aside/cache_invalidate.lua");

    private final Redis redis;
    private final KeySpace keys;
    private final byte[] channelPrefix;

    CacheStore(Redis redis, KeySpace keys) {
        this.redis = redis;
        this.keys = keys;
        this.channelPrefix = Wakeups.channelPrefix(keys);
    }

    Redis redis() {
        return redis;
    }

    /** The name of the key where a follower of a stream keeps how far it has come; in the slot of the stream's own key. */
    String positionName(String stream, String follower) {
        return keys.key(stream, "position-" + follower);
    }

    /** The name under which Redis knows a key. */
    String name(String key) {
        return keys.key(key);
    }

    CompletionStage<byte @Nullable []> read(String key) {
        byte[] name = keys.keyBytes(key);
        return redis.executeAsync(ByteArrayCodec.INSTANCE, commands -> commands.get(name));
    }

    /** In the order of the keys. */
    CompletionStage<List<KeyValue<byte[], byte[]>>> readAll(Collection<String> all) {
        byte[][] names = new byte[all.size()][];
        int next = 0;
        for (String key : all) {
            names[next++] = keys.keyBytes(key); // here, not by Lettuce on its one I/O thread
        }
        return redis.executeAsync(ByteArrayCodec.INSTANCE, commands -> commands.mget(names));
    }

    /** How long the key still lives, ms; negative if it is not there. */
    CompletionStage<Long> pttl(String key) {
        String name = keys.key(key);
        return redis.executeAsync(commands -> commands.pttl(name));
    }

    /** Null if the lease was taken of a key that holds nothing; else what it holds. */
    CompletionStage<byte @Nullable []> lease(String key, byte[] id, Duration time) {
        return lease(key, id, time, NOTHING);
    }

    /** Null if the lease was taken of a key that holds nothing or just these unreadable bytes; else what it holds. */
    CompletionStage<byte @Nullable []> lease(String key, byte[] id, Duration time, byte[] unreadable) {
        return on(LEASE, key).arg(id).arg(time.toMillis()).arg(unreadable).runAsync();
    }

    /** Has the waiter woken when the lease at the key ends, unless it expires, and says what stands there. */
    CompletionStage<Awaited> await(String key, byte[] waiter) {
        return on(AWAIT, key).arg(waiter).runAsync().thenApply(reply -> {
            if (reply.get(1) instanceof Long expiresInMillis) {
                return new Awaited((byte[]) reply.get(0), expiresInMillis);
            }
            throw new IllegalStateException("cache_await replied something else than its header says");
        });
    }

    /** True if the caller may refresh the entry that carries the id that it has seen. */
    CompletionStage<Boolean> refresh(String key, byte[] seen, byte[] id, Duration time) {
        return isOne(on(REFRESH, key).arg(seen).arg(id).arg(time.toMillis()));
    }

    /** True if the entry was stored, false if the lease was gone. */
    CompletionStage<Boolean> fill(String key, byte[] id, byte @Nullable [] value, Lifetime life, long loadMicros) {
        return isOne(on(FILL, key)
                .arg(id)
                .arg(value == null ? NEGATIVE : VALUE)
                .arg(value == null ? NOTHING : value)
                .arg(life.softMillis())
                .arg(loadMicros)
                .arg(life.ttlMillis())
                .arg(channelPrefix));
    }

    /** True if the lease was given back, or the entry removed that it was to replace; false if it was gone. */
    CompletionStage<Boolean> release(String key, byte[] id) {
        return isOne(on(RELEASE, key).arg(id).arg(channelPrefix));
    }

    /** Empties the key and leases it to a write. One that is executed late, after its caller has given up, does no more. */
    CompletionStage<Boolean> claim(String key, byte[] id, Duration time) {
        return isOne(on(CLAIM, key).arg(id).arg(time.toMillis()).arg(channelPrefix));
    }

    /** True if there was anything to remove. */
    CompletionStage<Boolean> invalidate(String key) {
        return isOne(on(INVALIDATE, key).arg(channelPrefix));
    }

    private <T extends @Nullable Object> ScriptCall<T> on(LuaScript<T> script, String key) {
        return script.on(redis).key(keys.key(key));
    }

    private static CompletionStage<Boolean> isOne(ScriptCall<Long> call) {
        return call.runAsync().thenApply(reply -> reply == 1);
    }

    /**
     * What stands at a key that somebody waits for.
     *
     * @param record its bytes, or null
     * @param expiresInMillis when it will be gone; negative if it is not there
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Awaited(byte @Nullable [] record, long expiresInMillis) {}
}
