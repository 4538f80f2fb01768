package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The usual log in a script: atomic, exact, and by the time that its client passes. */
final class ClientLog implements Gate {

    private static final String SCRIPT = """
            local now, period, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - period)
            if redis.call('ZCARD', KEYS[1]) >= limit then
              return 0
            end
            redis.call('ZADD', KEYS[1], now, ARGV[4])
            redis.call('PEXPIRE', KEYS[1], 2 * period)
            return 1
            """;

    private final Redis redis;
    private final KeySpace keys;
    private final String permits;
    private final long periodMillis;
    private final long skewMillis;
    private final String gateway;
    private long calls;

    /** {@code skew}: how far this gateway's clock is ahead. */
    ClientLog(Redis redis, KeySpace keys, int permits, Duration period, Duration skew, int gateway) {
        this.redis = redis;
        this.keys = keys;
        this.permits = Integer.toString(permits);
        this.periodMillis = period.toMillis();
        this.skewMillis = skew.toMillis();
        this.gateway = "gateway " + gateway + " call ";
    }

    @Override
    public CompletionStage<Boolean> call(String user) {
        String[] key = {keys.key(user)};
        String now = Long.toString(System.currentTimeMillis() + skewMillis);
        String member = gateway + calls++;
        return redis.executeAsync(commands -> commands.<Long>eval(
                        SCRIPT, ScriptOutputType.INTEGER, key, now, Long.toString(periodMillis), permits, member))
                .thenApply(granted -> granted == 1);
    }
}
