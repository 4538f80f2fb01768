package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.ScriptOutputType;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The clock of the server that holds a user's keys: the limits go by it, and they are judged by it. */
final class ServerClock {

    private static final String TIME = "return redis.call('TIME')";

    private final Redis redis;
    private final String[] key;

    ServerClock(Redis redis, KeySpace keys, String user) {
        this.redis = redis;
        this.key = new String[] {keys.key(user)};
    }

    /** Since the epoch, µs. */
    long micros() {
        List<Object> time = redis.execute(commands -> commands.eval(TIME, ScriptOutputType.MULTI, key));
        return TimeUnit.SECONDS.toMicros(Long.parseLong(time.get(0).toString()))
                + Long.parseLong(time.get(1).toString());
    }

    /** Waits until it shows at least that time. */
    void await(long micros) throws InterruptedException {
        for (long now = micros(); now < micros; now = micros()) {
            TimeUnit.MICROSECONDS.sleep(micros - now);
        }
    }
}
