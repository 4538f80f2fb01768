package io.github.redispatterns.lab.locks;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The usual lock: {@code SET NX PX}, and a {@code DEL} that compares first, or does not. */
final class NaiveLock {

    private static final String COMPARE_AND_DELETE =
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    private final Redis redis;
    private final KeySpace keys;

    NaiveLock(Redis redis, KeySpace keys) {
        this.redis = redis;
        this.keys = keys;
    }

    boolean tryAcquire(String resource, String owner, Duration ttl) {
        return "OK".equals(redis.<String>execute(commands -> commands.set(key(resource), owner, options(ttl))));
    }

    CompletionStage<Boolean> tryAcquireAsync(String resource, String owner, Duration ttl) {
        return redis.executeAsync(commands -> commands.set(key(resource), owner, options(ttl)))
                .thenApply("OK"::equals);
    }

    /** False if there was no lock any more. */
    boolean delete(String resource) {
        return redis.<Long>execute(commands -> commands.del(key(resource))) == 1;
    }

    /** False if the lock was not the owner's any more. */
    boolean release(String resource, String owner) {
        String[] names = {key(resource)};
        return redis.<Long>execute(
                        commands -> commands.eval(COMPARE_AND_DELETE, ScriptOutputType.INTEGER, names, owner))
                == 1;
    }

    private String key(String resource) {
        return keys.key(resource);
    }

    private static SetArgs options(Duration ttl) {
        return SetArgs.Builder.nx().px(ttl);
    }
}
