package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The usual fixed window: {@code INCR}, and {@code EXPIRE} if it says 1. */
final class NaiveWindow {

    private final Redis redis;
    private final int permits;
    private final Duration life;

    NaiveWindow(Redis redis, int permits, Duration life) {
        this.redis = redis;
        this.permits = permits;
        this.life = life;
    }

    /** One call, counted at a key. */
    CompletionStage<Boolean> call(String key) {
        return redis.executeAsync(commands -> commands.incr(key))
                .thenCompose(count -> count == 1 ? expire(key) : CompletableFuture.completedFuture(count <= permits));
    }

    /** The guides make a key for each user and window. */
    static String key(KeySpace keys, String user, long window) {
        return keys.key(user, Long.toString(window));
    }

    private CompletionStage<Boolean> expire(String key) {
        return redis.executeAsync(commands -> commands.pexpire(key, life.toMillis()))
                .thenApply(set -> true);
    }
}
