package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A limit as the script of its algorithm takes it.
 *
 * @param capacity the most that one call may cost
 * @param first the script's first argument: permits, or the nanoseconds in which one comes back
 * @param second its second: the microseconds of a period, or the burst
 */
record Rule(Algorithm algorithm, Limit limit, long capacity, long first, long second) implements Terms {

    private static final long MOST_LOGGED = 100_000;
    private static final Duration LONGEST_FILL = Duration.ofDays(2 * 366);

    /** Up to here the scripts, which count in doubles, have every nanosecond; about 104 days. */
    private static final long EXACT_NANOS = 1L << 53;

    static Rule of(Algorithm algorithm, Limit limit) {
        Check.notNull("algorithm", algorithm);
        Check.notNull("limit", limit);
        if (algorithm.isSteady()) {
            return steady(algorithm, limit);
        }
        if (limit.burst() != limit.permits()) {
            throw new IllegalArgumentException("burst: " + algorithm + " has none, is " + limit.burst());
        }
        if (algorithm == Algorithm.SLIDING_WINDOW_LOG && limit.permits() > MOST_LOGGED) {
            throw new IllegalArgumentException("permits: must be at most " + MOST_LOGGED + " for " + algorithm
                    + ", which remembers each; is " + limit.permits());
        }
        return new Rule(algorithm, limit, limit.permits(), limit.permits(), limit.periodMicros());
    }

    private static Rule steady(Algorithm algorithm, Limit limit) {
        if (limit.permits() > limit.periodMicros()) {
            throw new IllegalArgumentException("permits: must be at most one for each microsecond for " + algorithm
                    + ", are " + limit.permits() + " in " + limit.period());
        }
        long stepNanos = roundUp(limit.period().toNanos(), limit.permits()) / limit.permits();
        if (limit.burst() > LONGEST_FILL.toNanos() / stepNanos) {
            throw new IllegalArgumentException("burst: must come back within " + LONGEST_FILL.toDays()
                    + " days, does not at " + limit.permits() + " in " + limit.period() + ", is " + limit.burst());
        }
        if (limit.burst() * stepNanos > EXACT_NANOS) {
            // Whole microseconds are multiples of 8 ns, so a double holds 8 times as many, 834 days; 7 bytes do too.
            stepNanos = roundUp(stepNanos, TimeUnit.MICROSECONDS.toNanos(1));
        }
        return new Rule(algorithm, limit, limit.burst(), stepNanos, limit.burst());
    }

    @Override
    public void checkCost(long cost) {
        if (cost < 1 || cost > capacity) {
            throw new IllegalArgumentException("cost: must be from 1 to " + capacity + ", the most that this limit ever"
                    + " grants at once; is " + cost);
        }
    }

    private static long roundUp(long value, long unit) {
        return Math.addExact(value, unit - 1) / unit * unit;
    }
}
