package io.github.redispatterns.core;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;

/** Channels as UTF-8, messages as bytes. */
final class PubSubCodec {

    static final RedisCodec<String, byte[]> INSTANCE = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    private PubSubCodec() {}
}
