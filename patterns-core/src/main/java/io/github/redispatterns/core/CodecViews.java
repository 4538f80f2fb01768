package io.github.redispatterns.core;

import io.lettuce.core.RedisAsyncCommandsImpl;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisAdvancedClusterAsyncCommandsImpl;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.RedisCodec;

/**
 * Puts commands with one codec over a connection that was opened with another. A Lettuce connection does not care: each
 * command carries its own encoded arguments and its own reader. Lettuce offers no public way to say so, hence its two
 * {@code Impl} classes, which only this class may touch.
 */
final class CodecViews {

    private CodecViews() {}

    @SuppressWarnings("unchecked")
    static <K, V> RedisClusterAsyncCommands<K, V> singleMaster(
            StatefulRedisConnection<?, ?> connection, RedisCodec<K, V> codec) {
        return new RedisAsyncCommandsImpl<>((StatefulRedisConnection<K, V>) connection, codec);
    }

    @SuppressWarnings("unchecked")
    static <K, V> RedisClusterAsyncCommands<K, V> cluster(
            StatefulRedisClusterConnection<?, ?> connection, RedisCodec<K, V> codec) {
        return new RedisAdvancedClusterAsyncCommandsImpl<>((StatefulRedisClusterConnection<K, V>) connection, codec);
    }
}
