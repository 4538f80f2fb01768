package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.subject.Place;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What is read and written: values of 100 bytes, under one key per caller. */
public final class Entries {

    /** What a killed run leaves behind goes away. */
    static final SetArgs TTL = SetArgs.Builder.ex(Duration.ofHours(1));

    private static final int SIZE = 100;

    private Entries() {}

    /**
     * A value.
     *
     * @return 100 bytes
     */
    public static byte[] value() {
        byte[] value = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            value[i] = (byte) i;
        }
        return value;
    }

    /**
     * Fails unless it is a value.
     *
     * @param value what was read
     */
    public static void check(@Nullable Object value) {
        if (!(value instanceof byte[] bytes && bytes.length == SIZE)) {
            throw new IllegalStateException("The entry was not there");
        }
    }

    static String[] keys(Place place) {
        return IntStream.range(0, place.threads())
                .mapToObj(thread -> place.prefix() + ':' + thread)
                .toArray(String[]::new);
    }
}
