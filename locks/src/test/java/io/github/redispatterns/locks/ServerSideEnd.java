package io.github.redispatterns.locks;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** When a lease really ends: read from its key, against the server's clock, with rights that no user of a lock has. */
final class ServerSideEnd {

    private static final String LOOK = """
            local lock = redis.pcall('GET', KEYS[1])
            local until_us, fence = 0, 0
            if type(lock) == 'table' then
              lock = redis.call('HMGET', KEYS[1], 'until', 'fence')
              until_us, fence = tonumber(lock[1]), tonumber(lock[2])
            elseif lock then
              until_us, fence = struct.unpack('>I7I7', lock, 3)
            end
            local time = redis.call('TIME')
            return {string.format('%.0f', fence), string.format('%.0f', until_us - time[1] * 1000000 - time[2])}
            """;

    private final Redis admin;
    private final KeySpace keys;

    ServerSideEnd(Redis admin, KeySpace keys) {
        this.admin = admin;
        this.keys = keys;
    }

    /** The latest local time at which the lease with this token ends; none if it is over, or Redis is away. */
    OptionalLong of(String resource, long fence) {
        try {
            List<Object> seen =
                    admin.execute(commands -> commands.eval(LOOK, ScriptOutputType.MULTI, keys.key(resource)));
            long now = System.nanoTime();
            long leftMicros = Long.parseLong(String.valueOf(seen.get(1)));
            return Long.parseLong(String.valueOf(seen.get(0))) == fence && leftMicros > 0
                    ? OptionalLong.of(now + TimeUnit.MICROSECONDS.toNanos(leftMicros))
                    : OptionalLong.empty();
        } catch (PatternsException | RedisException e) {
            return OptionalLong.empty();
        }
    }
}
