package io.github.redispatterns.core;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.util.Map;

/** The commands of one connection in every codec; those of hot paths are kept, as they are costly to make anew. */
final class CommandViews {

    private final Driver driver;
    private final StatefulConnection<byte[], byte[]> connection;
    private final CodecViews.EndedBy endedBy;
    private final RedisClusterAsyncCommands<byte[], byte[]> bytes;
    private final RedisClusterAsyncCommands<String, String> strings;
    private final Map<RedisCodec<?, ?>, RedisClusterAsyncCommands<?, ?>> kept;

    CommandViews(Driver driver, StatefulConnection<byte[], byte[]> connection, CodecViews.EndedBy endedBy) {
        this.driver = driver;
        this.connection = connection;
        this.endedBy = endedBy;
        this.bytes = driver.commands(connection, ByteArrayCodec.INSTANCE, endedBy);
        this.strings = driver.commands(connection, StringCodec.UTF8, endedBy);
        this.kept = Map.of(
                ByteArrayCodec.INSTANCE,
                bytes,
                StringCodec.UTF8,
                strings,
                Redis.KEYS_AND_BYTES,
                driver.commands(connection, Redis.KEYS_AND_BYTES, endedBy));
    }

    RedisClusterAsyncCommands<byte[], byte[]> bytes() {
        return bytes;
    }

    RedisClusterAsyncCommands<String, String> strings() {
        return strings;
    }

    @SuppressWarnings("unchecked") // kept under the codec that it was made with
    <K, V> RedisClusterAsyncCommands<K, V> of(RedisCodec<K, V> codec) {
        RedisClusterAsyncCommands<?, ?> view = kept.get(Check.notNull("codec", codec));
        return view == null ? driver.commands(connection, codec, endedBy) : (RedisClusterAsyncCommands<K, V>) view;
    }
}
