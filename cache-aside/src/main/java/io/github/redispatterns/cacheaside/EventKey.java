package io.github.redispatterns.cacheaside;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the key that an event carries. */
final class EventKey {

    private EventKey() {}

    /** Null if the bytes are no key: none at all, or not UTF-8, which unpaired surrogates are not either. */
    static @Nullable String of(byte[] bytes) {
        try {
            String key = StandardCharsets.UTF_8
                    .newDecoder() // unlike a String's constructor, refuses what it cannot read
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return key.isEmpty() ? null : key;
        } catch (CharacterCodingException e) {
            return null; // whoever asked counts it
        }
    }
}
