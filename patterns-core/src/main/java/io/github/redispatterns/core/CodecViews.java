package io.github.redispatterns.core;

import io.lettuce.core.RedisAsyncCommandsImpl;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisAdvancedClusterAsyncCommandsImpl;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.RedisCommand;

/**
 * Puts commands with one codec over a connection that was opened with another. A Lettuce connection does not care: each
 * command carries its own encoded arguments and its own reader. Lettuce offers no public way to say so, hence its two
 * {@code Impl} classes, which only this class may touch.
 */
final class CodecViews {

    /** Who ends a command that gets no reply. */
    enum EndedBy {
        /** Lettuce, by a timer for each. */
        LETTUCE,
        /** The {@link Call} that sent it. */
        CALL
    }

    private CodecViews() {}

    @SuppressWarnings("unchecked")
    static <K, V> RedisClusterAsyncCommands<K, V> singleMaster(
            StatefulRedisConnection<?, ?> connection, RedisCodec<K, V> codec, EndedBy endedBy) {
        StatefulRedisConnection<K, V> typed = (StatefulRedisConnection<K, V>) connection;
        return endedBy == EndedBy.CALL
                ? new SingleMasterCalls<>(typed, codec)
                : new RedisAsyncCommandsImpl<>(typed, codec);
    }

    /**
     * Always ended by Lettuce, node by node: a command that nobody had ended would follow a redirection however late, and
     * undo what was written since.
     */
    @SuppressWarnings("unchecked")
    static <K, V> RedisClusterAsyncCommands<K, V> cluster(
            StatefulRedisClusterConnection<?, ?> connection, RedisCodec<K, V> codec) {
        return new RedisAdvancedClusterAsyncCommandsImpl<>((StatefulRedisClusterConnection<K, V>) connection, codec);
    }

    private static final class SingleMasterCalls<K, V> extends RedisAsyncCommandsImpl<K, V> {

        private final StatefulRedisConnection<K, V> connection;

        SingleMasterCalls(StatefulRedisConnection<K, V> connection, RedisCodec<K, V> codec) {
            super(connection, codec);
            this.connection = connection;
        }

        @Override
        public <T> AsyncCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
            AsyncCommand<K, V, T> watched = new WatchedCommand<>(command);
            connection.dispatch(watched);
            return watched;
        }
    }
}
