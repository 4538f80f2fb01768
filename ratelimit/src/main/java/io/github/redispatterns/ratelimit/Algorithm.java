package io.github.redispatterns.ratelimit;

/**
 * How a limit is kept. All of them cost one script on one key for each call; they differ in what they let through at
 * most, in what they store, and in how an unused limit may be made up for.
 *
 * <p>The bytes are those of {@code MEMORY USAGE} on Redis 7.0.15 as the testkit has it, for a key of 14 characters; each
 * more is a byte more, and a Cluster adds 16. Other builds round allocations, and differ by a few.
 */
public enum Algorithm {

    /**
     * Counts in a window that begins with the first call after the last window has ended. Simple, and understood by
     * everybody; but where two windows meet, almost twice the limit can pass in next to no time.
     *
     * <p><b>Lets through</b>: at most the limit in each of its windows, less than twice the limit in any period.
     *
     * <p><b>Memory</b>: 89 bytes.
     *
     * <p><b>Source</b>: Redis documentation, {@code INCR}, "Pattern: Rate limiter".
     */
    FIXED_WINDOW("fixed_window"),

    /**
     * Remembers when each permit was taken. The only one that is exact for a window that ends at any moment, and the
     * only one whose memory grows with the limit, which may be 100,000 permits at most.
     *
     * <p><b>Lets through</b>: at most the limit in any period, whenever it begins.
     *
     * <p><b>Memory</b>: 7 bytes for each permit, and up to as much again for growth while there are fewer than the limit;
     * about 7 KB for 1,000.
     *
     * <p><b>Source</b>: Figma, "An alternative approach to rate limiting", 2017; the ring of timestamps is ours.
     */
    SLIDING_WINDOW_LOG("sliding_log"),

    /**
     * Counts in a window, and adds of the window before the share that a sliding one would still see, as if its permits
     * had been taken evenly, rounded up.
     *
     * <p><b>Lets through</b>: at most the limit in each of its windows, and in any period if the calls are spread evenly.
     * At worst, if all calls of a window came at its end, {@code share} of the way into the next one up to
     * {@code limit × (1 + share)} in the period that ends there: less than twice the limit, and never at once.
     *
     * <p><b>Memory</b>: 93 bytes.
     *
     * <p><b>Source</b>: Cloudflare, "How we built rate limiting capable of scaling to millions of domains", 2017.
     */
    SLIDING_WINDOW_COUNTER("sliding_counter"),

    /**
     * A bucket that holds {@code burst} tokens and gets {@code permits} of them back in each period, steadily. What was
     * not used is there for a burst.
     *
     * <p><b>Lets through</b>: at most {@code burst} and what comes back meanwhile, in any time. A token takes
     * {@code period / permits} to come back, rounded up to whole nanoseconds.
     *
     * <p><b>Memory</b>: 103 bytes.
     *
     * <p><b>Source</b>: Tanenbaum and Wetherall, "Computer Networks", traffic shaping.
     */
    TOKEN_BUCKET("token_bucket"),

    /**
     * The generic cell rate algorithm, also known as the leaky bucket as a meter: decides as {@link #TOKEN_BUCKET} does,
     * and stores nothing but one number, the time at which all permits are there again. The smallest.
     *
     * <p>When the limit changes that time stays: with the same time to fill the same share stays taken; if it takes longer
     * to fill, less of it is taken, and if it takes less long, more. {@link #TOKEN_BUCKET} keeps how many were taken.
     *
     * <p><b>Lets through</b>: as {@link #TOKEN_BUCKET}.
     *
     * <p><b>Memory</b>: 64 bytes.
     *
     * <p><b>Source</b>: ITU-T Recommendation I.371, annex A.
     */
    GCRA("gcra");

    private final String script;

    Algorithm(String script) {
        this.script = "ratelimit/rate_" + script + ".lua";
    }

    /** The file below {@code META-INF/lua/}. */
    String script() {
        return script;
    }

    /** Whether permits come back one by one, so that a burst has a size of its own. */
    boolean isSteady() {
        return this == TOKEN_BUCKET || this == GCRA;
    }
}
