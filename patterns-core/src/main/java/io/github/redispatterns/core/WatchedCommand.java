package io.github.redispatterns.core;

import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/** A command that a {@link Call} ends if no reply comes, so that Lettuce need not set a timer for it. */
final class WatchedCommand<K, V, T> extends AsyncCommand<K, V, T> {

    WatchedCommand(RedisCommand<K, V, T> command) {
        super(command);
    }

    /** Whether it is such a command, perhaps inside what Lettuce wraps around it. */
    static boolean is(RedisCommand<?, ?, ?> command) {
        return CommandWrapper.unwrap(command, WatchedCommand.class) != null;
    }
}
