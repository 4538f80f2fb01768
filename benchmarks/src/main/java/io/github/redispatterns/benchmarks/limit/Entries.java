package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.subject.Place;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What is read and written: values of 100 bytes, under one key per caller, or 100 where many are read at once. */
public final class Entries {

    /** What a killed run leaves behind goes away. */
    static final SetArgs TTL = SetArgs.Builder.ex(Duration.ofHours(1));

    /** How many are read at once. */
    public static final int MANY = 100;

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

    /**
     * Fails unless these are {@link #MANY} values.
     *
     * @param values what was read
     */
    public static void checkAll(Collection<?> values) {
        if (values.size() != MANY) {
            throw new IllegalStateException("The entry was not there");
        }
        values.forEach(Entries::check);
    }

    /**
     * What a caller's entries are called that it reads at once.
     *
     * @param thread the caller
     * @return the names, unlike those of all other callers
     */
    public static List<String> names(int thread) {
        return IntStream.range(0, MANY).mapToObj(i -> thread + "-" + i).toList();
    }

    static String[] keys(Place place) {
        return IntStream.range(0, place.threads())
                .mapToObj(thread -> place.prefix() + ':' + thread)
                .toArray(String[]::new);
    }
}
