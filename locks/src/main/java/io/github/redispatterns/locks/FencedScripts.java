package io.github.redispatterns.locks;

import io.github.redispatterns.core.CodecException;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.ScriptCall;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The atomic steps behind a fence, bytes in and bytes out. */
final class FencedScripts {

    /**
     * The names in the hash of an entity; those of the caller's fields begin with the prefix, so that none is one of
     * ours.
     */
    static final String FENCE = "fence";

    static final String VALUE = "value";
    static final String FIELD_PREFIX = "f:";

    private static final String NEXT = "*";

    // SET, HSET and DELETE are not idempotent: a first try executed late must not undo what the same holder has written
    // since.
    private static final LuaScript<byte @Nullable []> SET = script("fenced_set");
    private static final LuaScript<byte @Nullable []> HSET = script("fenced_hset");
    private static final LuaScript<byte @Nullable []> DELETE = script("fenced_delete");
    private static final LuaScript<byte @Nullable []> APPEND = script("fenced_append");
    private static final LuaScript<byte @Nullable []> APPEND_ONCE = APPEND.idempotent();

    private final Redis redis;
    private final KeySpace keys;
    private final FencedStoreOptions options;

    FencedScripts(Redis redis, KeySpace keys, FencedStoreOptions options) {
        this.redis = redis;
        this.keys = keys;
        this.options = options;
    }

    CompletionStage<FencedWrite> set(String key, long token, byte[] value) {
        return outcome(SET.on(redis)
                .key(keys.key(key))
                .arg(token)
                .arg(value)
                .arg(options.ttl().toMillis()));
    }

    CompletionStage<FencedWrite> setFields(String key, long token, Map<String, byte[]> fields) {
        ScriptCall<byte @Nullable []> call =
                HSET.on(redis).key(keys.key(key)).arg(token).arg(options.ttl().toMillis());
        fields.forEach((name, value) -> call.arg(FIELD_PREFIX + name).arg(value));
        return outcome(call);
    }

    CompletionStage<FencedWrite> delete(String key, long token) {
        return outcome(DELETE.on(redis)
                .key(keys.key(key))
                .arg(token)
                .arg(options.fenceMemory().toMillis()));
    }

    /** As the next entry of the token. */
    CompletionStage<FencedWrite> append(String key, long token, Map<String, byte[]> fields) {
        return append(APPEND.on(redis), key, token, NEXT, fields);
    }

    CompletionStage<FencedWrite> append(String key, long token, long sequence, Map<String, byte[]> fields) {
        return append(APPEND_ONCE.on(redis), key, token, Long.toString(sequence), fields);
    }

    private CompletionStage<FencedWrite> append(
            ScriptCall<byte @Nullable []> call, String key, long token, String sequence, Map<String, byte[]> fields) {
        call.key(streamName(key))
                .arg(token)
                .arg(sequence)
                .arg(options.maxEntries())
                .arg(options.ttl().toMillis());
        fields.forEach((name, value) -> call.arg(name).arg(value));
        return outcome(call);
    }

    String streamName(String key) {
        return keys.key(key, "stream");
    }

    private static CompletionStage<FencedWrite> outcome(ScriptCall<byte @Nullable []> call) {
        return call.runAsync().handle((highest, failure) -> {
            if (failure != null) {
                throw new CompletionException(named(Sync.unwrap(failure)));
            }
            return highest == null ? new FencedWrite.Written() : new FencedWrite.Stale(FencingToken.parse(highest));
        });
    }

    /** The script's own errors under the names that callers know. */
    private static Throwable named(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof RedisCommandExecutionException && message.startsWith("BADFENCE ")) {
            return new CodecException("The key holds no fencing token that can be read", failure);
        }
        if (failure instanceof RedisCommandExecutionException && message.startsWith("BADSEQUENCE ")) {
            return new IllegalStateException(
                    "sequence: the token has a later entry, or another with this sequence number", failure);
        }
        return failure;
    }

    private static LuaScript<byte @Nullable []> script(String name) {
        return LuaScript.bytes(FencedScripts.class, "locks/" + name + ".lua");
    }
}
