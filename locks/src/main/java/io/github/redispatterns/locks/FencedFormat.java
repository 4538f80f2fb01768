package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.CodecException;
import io.lettuce.core.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Values and fields of one type, as bytes and back. */
final class FencedFormat<T> {

    private static final int MAX_FIELDS = 1_000;
    private static final int MAX_NAME_BYTES = 1_024;

    private final Codec<T> codec;

    FencedFormat(Codec<T> codec) {
        this.codec = codec.bounded();
    }

    byte[] encode(T value) {
        return codec.encode(Check.notNull("value", value));
    }

    /** In the order of the map. */
    Map<String, byte[]> encode(Map<String, T> fields) {
        Check.range("fields", Check.notNull("fields", fields).size(), 1, MAX_FIELDS);
        Map<String, byte[]> encoded = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            int bytes = Check.text("fields", name).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_NAME_BYTES) {
                throw new IllegalArgumentException(
                        "fields: a name takes " + bytes + " bytes, over the bound of " + MAX_NAME_BYTES);
            }
            encoded.put(name, encodeField(value));
        });
        return encoded;
    }

    private byte[] encodeField(T value) {
        Check.notNull("fields", value);
        try {
            return codec.encode(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("fields: a " + e.getMessage(), e);
        }
    }

    /** From the fence and the value of an entity. */
    @Nullable T decodeValue(List<KeyValue<String, byte[]>> entity) {
        KeyValue<String, byte[]> value = entity.get(1);
        if (!value.hasValue()) {
            return null;
        }
        requireFence(entity.get(0).hasValue());
        return codec.decode(value.getValue());
    }

    /** From all that the hash of an entity holds. */
    Map<String, T> decodeFields(Map<String, byte[]> entity) {
        requireFence(entity.isEmpty() || entity.containsKey(FencedScripts.FENCE));
        Map<String, T> fields = new LinkedHashMap<>();
        entity.forEach((name, value) -> {
            if (name.startsWith(FencedScripts.FIELD_PREFIX)) {
                fields.put(
                        name.substring(FencedScripts.FIELD_PREFIX.length()),
                        codec.decode(Objects.requireNonNull(value)));
            }
        });
        return Collections.unmodifiableMap(fields);
    }

    private static void requireFence(boolean there) {
        if (!there) {
            throw new CodecException("The key holds a hash without a fence: it is not an entity of this store", null);
        }
    }
}
