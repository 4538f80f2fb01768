package io.github.redispatterns.locks;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;

/** What the key of a lock says, in either of its forms. */
final class LockView {

    private static final String UNTIL = """
            local lock = redis.pcall('GET', KEYS[1])
            if type(lock) == 'table' then
              return tonumber(redis.call('HGET', KEYS[1], 'until'))
            end
            return lock and struct.unpack('>I7', lock, 3) or 0
            """;

    private LockView() {}

    /** By the server's clock, in µs; 0 if nobody has ever held it. */
    static long until(RedisCommands<String, String> server, String key) {
        return server.<Long>eval(UNTIL, ScriptOutputType.INTEGER, key);
    }

    /** Of the lease, in µs; not positive if nobody holds it. */
    static long left(RedisCommands<String, String> server, String key) {
        var time = server.time();
        long now = Long.parseLong(time.get(0)) * 1_000_000 + Long.parseLong(time.get(1));
        return until(server, key) - now;
    }

    static long waiters(RedisCommands<String, String> server, String key) {
        return "hash".equals(server.type(key))
                ? server.hkeys(key).stream()
                        .filter(field -> field.startsWith(">"))
                        .count()
                : 0;
    }
}
