package io.github.redispatterns.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The argument checks that every recipe shares: they run before any I/O, and each message begins with the parameter's
 * name.
 *
 * <p><b>Guarantees</b>: the values of texts (keys, ids, tokens) never appear in a message; numbers and durations do.
 *
 * <p><b>Thread safety</b>: stateless.
 */
public final class Check {

    /** The longest duration that any recipe takes: ten years of 365 days. */
    public static final Duration MAX_DURATION = Duration.ofDays(3650);

    private Check() {}

    /**
     * Refuses null.
     *
     * @param name the parameter's name
     * @param value its value
     * @param <T> its type
     * @return the value
     * @throws IllegalArgumentException if the value is null
     */
    public static <T> T notNull(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + ": must not be null");
        }
        return value;
    }

    /**
     * Refuses null, the empty text, and text that UTF-8 cannot carry: two different texts with unpaired surrogates would
     * become the same bytes.
     *
     * @param name the parameter's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is null, empty, or has an unpaired surrogate
     */
    public static String text(String name, @Nullable String value) {
        String text = notNull(name, value);
        if (text.isEmpty()) {
            throw new IllegalArgumentException(name + ": must not be empty");
        }
        return wellFormed(name, text);
    }

    /**
     * Refuses null and text with unpaired surrogates, but not the empty text.
     *
     * @param name the parameter's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is null or has an unpaired surrogate
     */
    public static String wellFormed(String name, @Nullable String value) {
        String text = notNull(name, value);
        int width;
        for (int i = 0; i < text.length(); i += width) {
            int codePoint = text.codePointAt(i);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(name + ": has an unpaired surrogate at index " + i);
            }
            width = Character.charCount(codePoint);
        }
        return text;
    }

    /**
     * Refuses a duration that is no time at all to Redis, which as a time to live would delete, or that is surely a
     * mistake.
     *
     * @param name the parameter's name
     * @param value its value
     * @return the value
     * @throws IllegalArgumentException if the value is null, under 1 ms or over {@link #MAX_DURATION}
     */
    public static Duration duration(String name, @Nullable Duration value) {
        Duration duration = notNull(name, value);
        if (duration.compareTo(Duration.ofMillis(1)) < 0 || duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException(name + ": must be from 1 ms to 10 years, is " + duration);
        }
        return duration;
    }

    /**
     * Refuses a number outside a range.
     *
     * @param name the parameter's name
     * @param value its value
     * @param min the least value allowed
     * @param max the greatest value allowed
     * @return the value
     * @throws IllegalArgumentException if the value is outside the range or not a number
     */
    public static double range(String name, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(name + ": must be from " + min + " to " + max + ", is " + value);
        }
        return value;
    }

    /**
     * Refuses a whole number outside a range.
     *
     * @param name the parameter's name
     * @param value its value
     * @param min the least value allowed
     * @param max the greatest value allowed
     * @return the value
     * @throws IllegalArgumentException if the value is outside the range
     */
    public static int range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + ": must be from " + min + " to " + max + ", is " + value);
        }
        return value;
    }
}
