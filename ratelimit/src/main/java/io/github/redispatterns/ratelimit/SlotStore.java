package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Redis: the slots of all ids. */
final class SlotStore {

    private static final LuaScript<List<@Nullable Object>> ACQUIRE =
            LuaScript.list(SlotStore.class, "ratelimit/rate_slots_acquire.lua");
    /** A late second run finds the token gone, or the lease later already. */
    private static final LuaScript<Long> EXTEND = LuaScript.integer(SlotStore.class, "ratelimit/rate_slots_extend.lua")
            .idempotent();

    private static final LuaScript<Long> RELEASE = LuaScript.integer(
                    SlotStore.class, "ratelimit/rate_slots_release.lua")
            .idempotent();

    private static final AtomicLong COUNT = new AtomicLong();
    /** Random once, and counted from there: tokens have to be unlike, not hard to guess. */
    private static final String TOKENS = random();

    /** Holds no slot: to extend it asks whether the server answers, and changes nothing. */
    private static final String NOBODY = "nobody";

    private static final Duration PROBE_INTERVAL = RateLimiterOptions.defaults().probeInterval();

    /** What the script says; the time until a slot is free is zero if one was granted. */
    record Answer(boolean granted, long remaining, long retryMicros) {}

    private final Redis redis;
    private final Duration lease;
    private final RateMetrics metrics;
    private final GuardedCalls calls;

    SlotStore(Redis redis, Duration lease, RateMetrics metrics) {
        this.redis = redis;
        this.lease = lease;
        this.metrics = metrics;
        this.calls = new GuardedCalls(Guards.of(redis, key -> extending(key, NOBODY), PROBE_INTERVAL, metrics));
    }

    static String token() {
        return TOKENS + COUNT.incrementAndGet();
    }

    Duration lease() {
        return lease;
    }

    CompletionStage<Answer> acquire(String key, String token, long slots) {
        return calls.call(key, () -> acquiring(key, token, slots), null)
                .thenApply(reply ->
                        new Answer(Replies.number(reply, 0) == 1, Replies.number(reply, 1), Replies.number(reply, 2)));
    }

    CompletionStage<Boolean> extend(String key, String token) {
        return calls.call(key, () -> extending(key, token), null).thenApply(reply -> reply == 1);
    }

    /** Sent to a server that is left alone too, as nobody else gives it back; when that answers again, it is. */
    CompletionStage<Boolean> release(String key, String token) {
        return calls.send(key, () -> RELEASE.on(redis).key(key).arg(token).runAsync())
                .thenApply(reply -> reply == 1);
    }

    CompletionStage<Void> reset(String key) {
        return calls.call(
                key, () -> redis.executeAsync(commands -> commands.unlink(key)).thenAccept(removed -> {}), null);
    }

    private CompletionStage<List<@Nullable Object>> acquiring(String key, String token, long slots) {
        return metrics.run(ACQUIRE.on(redis)
                        .key(key)
                        .arg(token)
                        .arg(lease.toMillis())
                        .arg(slots))
                .whenComplete((reply, failure) -> {
                    if (failure != null && Sync.unwrap(failure) instanceof UnknownOutcomeException) {
                        release(key, token); // nobody will; if this fails too, the lease ends by itself
                    }
                });
    }

    private CompletionStage<Long> extending(String key, String token) {
        return EXTEND.on(redis).key(key).arg(token).arg(lease.toMillis()).runAsync();
    }

    private static String random() {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random) + '-';
    }
}
