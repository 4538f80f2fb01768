package io.github.redispatterns.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Values as JSON, written and read by Jackson, up to 1 MiB. Jackson ({@code jackson-databind}) is an optional
 * dependency: add it to use this class.
 *
 * <p><b>Guarantees</b>: default typing is refused, so that stored bytes do not choose classes unless the
 * type itself asks for it.
 *
 * <p><b>Does not guarantee</b>: that JSON of an older type can still be read; Jackson's rules and the mapper decide. That a type
 * annotated with {@code @JsonTypeInfo(use = CLASS)} is safe to read.
 *
 * <p><b>Thread safety</b>: immutable.
 */
public final class JsonCodec {

    private JsonCodec() {}

    /**
     * A codec for one class, with Jackson's default settings and the modules found on the class path.
     *
     * @param type the class of the values
     * @param <T> the type of the values
     * @return the codec
     */
    public static <T> Codec<T> of(Class<T> type) {
        ObjectMapper mapper = JsonMapper.builder().findAndAddModules().build();
        return of(mapper, mapper.constructType(Check.notNull("type", type)));
    }

    /**
     * A codec for one class, with a mapper of the caller's.
     *
     * @param mapper the mapper; later changes to it have no effect
     * @param type the class of the values
     * @param <T> the type of the values
     * @return the codec
     * @throws IllegalArgumentException if the mapper uses default typing
     */
    public static <T> Codec<T> of(ObjectMapper mapper, Class<T> type) {
        return of(mapper, Check.notNull("mapper", mapper).constructType(Check.notNull("type", type)));
    }

    /**
     * A codec for a generic type, with a mapper of the caller's.
     *
     * @param mapper the mapper; later changes to it have no effect
     * @param type the type of the values, such as {@code new TypeReference<List<Product>>() {}}
     * @param <T> the type of the values
     * @return the codec
     * @throws IllegalArgumentException if the mapper uses default typing
     */
    public static <T> Codec<T> of(ObjectMapper mapper, TypeReference<T> type) {
        return of(mapper, Check.notNull("mapper", mapper).constructType(Check.notNull("type", type)));
    }

    private static <T> Codec<T> of(ObjectMapper mapper, JavaType type) {
        if (mapper.getDeserializationConfig().getDefaultTyper(type) != null) {
            throw new IllegalArgumentException("mapper: uses default typing, which lets stored bytes choose classes");
        }
        return new Json<T>(
                        mapper.writerFor(type),
                        mapper.readerFor(type),
                        type.getRawClass().getSimpleName())
                .bounded();
    }

    private record Json<T>(ObjectWriter writer, ObjectReader reader, String type) implements Codec<T> {

        @Override
        public byte[] encode(T value) {
            try {
                return writer.writeValueAsBytes(value);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("value: cannot be written as JSON of " + type + " ("
                        + e.getClass().getSimpleName() + ')');
            }
        }

        @Override
        public T decode(byte[] bytes) {
            T value;
            try {
                value = reader.readValue(bytes);
            } catch (IOException e) { // not chained: Jackson quotes the content
                throw new CodecException(
                        "The value is not JSON of " + type + " (" + e.getClass().getSimpleName() + ')', null);
            }
            if (value == null) {
                throw new CodecException("The value is JSON null, not " + type, null);
            }
            return value;
        }
    }
}
