package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import java.time.Duration;

/**
 * How much is allowed in which time.
 *
 * <p><b>Thread safety</b>: immutable.
 *
 * @param permits how many permits there are in each period, from 1 to 1,000,000,000
 * @param period how long a period is, from 1 ms to 366 days; the windows and the log count it in whole
 *     microseconds, rounded up
 * @param burst how many permits may be taken at once after a pause, from 1 to 1,000,000,000; as many as {@code permits}
 *     unless told otherwise. {@link Algorithm#TOKEN_BUCKET} and {@link Algorithm#GCRA} have one, the others have not
 */
public record Limit(long permits, Duration period, long burst) {

    private static final int MOST = 1_000_000_000;
    private static final Duration LONGEST = Duration.ofDays(366);

    /**
     * Checks every part.
     *
     * @param permits as above
     * @param period as above
     * @param burst as above
     */
    public Limit {
        range("permits", permits);
        if (Check.duration("period", period).compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("period: must be at most 366 days, is " + period);
        }
        range("burst", burst);
    }

    /**
     * So many permits in each period.
     *
     * @param permits how many, from 1 to 1,000,000,000
     * @param period in which time, from 1 ms to 366 days
     * @return the limit
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static Limit of(long permits, Duration period) {
        return new Limit(permits, period, permits);
    }

    /**
     * The same rate with another burst.
     *
     * @param most how many permits may be taken at once after a pause, from 1 to 1,000,000,000
     * @return the limit
     * @throws IllegalArgumentException if the argument is not allowed
     */
    public Limit withBurst(long most) {
        return new Limit(permits, period, most);
    }

    /** In whole microseconds, rounded up. */
    long periodMicros() {
        return (period.toNanos() + 999) / 1_000;
    }

    private static void range(String name, long value) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(name + ": must be from 1 to " + MOST + ", is " + value);
        }
    }
}
