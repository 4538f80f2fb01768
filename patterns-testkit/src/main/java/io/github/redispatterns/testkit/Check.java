package io.github.redispatterns.testkit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Bad input is refused before anything else happens, with a message that begins with the parameter's name. */
final class Check {

    private static final int LAST_PORT = 65_535;

    private Check() {}

    static <T> T notNull(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + ": must not be null");
        }
        return value;
    }

    static String notBlank(String name, @Nullable String value) {
        String text = notNull(name, value);
        if (text.isBlank()) {
            throw new IllegalArgumentException(name + ": must not be blank");
        }
        return text;
    }

    static Duration notNegative(String name, @Nullable Duration value) {
        Duration time = notNull(name, value);
        if (time.isNegative()) {
            throw new IllegalArgumentException(name + ": must not be negative, is " + time);
        }
        return time;
    }

    static long atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": must be at least " + least + ", is " + value);
        }
        return value;
    }

    static int range(String name, int value, int first, int last) {
        if (value < first || value > last) {
            throw new IllegalArgumentException(name + ": must be from " + first + " to " + last + ", is " + value);
        }
        return value;
    }

    static int port(String name, int value) {
        return range(name, value, 1, LAST_PORT);
    }
}
