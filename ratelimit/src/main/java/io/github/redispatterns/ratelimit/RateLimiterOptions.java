package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import java.time.Duration;

/**
 * How a limiter behaves, beside its limit, or its limits. Of a {@link CompositeRateLimiter} an id is all ids of a call.
 *
 * @param whenDown what decides while Redis does not; {@link Fallback#fail()} by default
 * @param probeInterval how often a Redis that has not answered, or one master of a Cluster, is asked whether it is
 *     back, from 1 ms; 500 ms by default. Meanwhile no call is sent to it
 * @param maxCoalesced how many calls for one id may travel as one script, from 1 to 10,000; 1,000 by default; 1:
 *     none, each is sent by itself. While a script is under way, further calls of this process for the same id gather
 *     and are sent together when it has come back; they are decided as if made one after the other, in the order of
 *     their arrival. A call that finds none under way is sent at once
 * @param maxDenied how many ids' last refusals are remembered, from 0 to 10,000,000; 10,000 by default; 0: none.
 *     Until its {@code retryAfter} is over, but for at most {@code denyFor}, the same cost is refused here without
 *     asking Redis; a refusal of another cost takes its place. What such a refusal says of {@code remaining} is as
 *     old as what is remembered
 * @param denyFor for how long a refusal is remembered, at most, from 1 ms; 1 s by default. That another process has
 *     reset the id, or that Redis has lost it, is seen here after that time at the latest, or after
 *     {@code retryAfter} if that is shorter; a {@code reset}, {@code peek} or {@code setLimit} through the limiter
 *     itself is seen at once
 * @param leaseAhead how many permits of a hot id this process may hold ahead, from 16 to 1,000,000; 0, the default:
 *     none, as it has to be of several limits. Of an id that is asked for often it takes them from Redis in two
 *     halves, fetches the next half in the background when one is used up, and grants from them without asking; a
 *     call that costs more than a half is asked for as ever. Both halves together are never more than the limit grants at once, and of a limit that grants
 *     fewer than 16 nothing is held. Only {@link Algorithm#TOKEN_BUCKET} and {@link Algorithm#GCRA} can: a permit that is held is
 *     valid no longer than until Redis has counted it back, so that no more is granted than the limit. What this
 *     process holds, others cannot use: at most that many permits of an id at any time for each process, and again
 *     and again as long as it calls; {@code close} gives back what is left. What is not used in time is lost to this
 *     process, and comes back in Redis by itself. {@code peek} does not count it, and {@code remaining} and
 *     {@code resetAfter} of what is granted so are as old as what is held. A {@code reset} or {@code setLimit}
 *     through another process does not concern what is held, nor does it that Redis forgets what was taken
 * @param name the name in metrics, the tag {@code limiter}; {@code default} by default
 */
public record RateLimiterOptions(
        Fallback whenDown,
        Duration probeInterval,
        int maxCoalesced,
        int maxDenied,
        Duration denyFor,
        int leaseAhead,
        String name) {

    private static final int MAX_COALESCED = 10_000;
    private static final int MAX_DENIED = 10_000_000;
    private static final int MAX_LEASED = 1_000_000;
    static final int LEAST_LEASED = 16;
    private static final RateLimiterOptions DEFAULTS = builder().build();

    /**
     * Checks every setting.
     *
     * @param whenDown as above
     * @param probeInterval as above
     * @param maxCoalesced as above
     * @param maxDenied as above
     * @param denyFor as above
     * @param leaseAhead as above
     * @param name as above, not empty
     */
    public RateLimiterOptions {
        Check.notNull("whenDown", whenDown);
        Check.duration("probeInterval", probeInterval);
        Check.range("maxCoalesced", maxCoalesced, 1, MAX_COALESCED);
        Check.range("maxDenied", maxDenied, 0, MAX_DENIED);
        Check.duration("denyFor", denyFor);
        checkLeaseAhead(leaseAhead);
        Check.text("name", name);
    }

    /**
     * The settings of limiters that were given none.
     *
     * @return the default options
     */
    public static RateLimiterOptions defaults() {
        return DEFAULTS;
    }

    /**
     * A builder that begins with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    private static int checkLeaseAhead(int most) {
        if (most > 0 && most < LEAST_LEASED) {
            throw new IllegalArgumentException("leaseAhead: must be 0, or at least " + LEAST_LEASED
                    + ", as fewer permits are back before they can be used; is " + most);
        }
        return Check.range("leaseAhead", most, 0, MAX_LEASED);
    }

    /** Changes single settings; see {@link RateLimiterOptions} for their meaning, units and defaults. */
    public static final class Builder {

        private Fallback whenDown = Fallback.fail();
        private Duration probeInterval = Duration.ofMillis(500);
        private int maxCoalesced = 1_000;
        private int maxDenied = 10_000;
        private Duration denyFor = Duration.ofSeconds(1);
        private int leaseAhead;
        private String name = RateMetrics.DEFAULT_NAME;

        private Builder() {}

        /**
         * Says what decides while Redis does not.
         *
         * @param fallback failing, open, closed, or a share of the limit in memory
         * @return this builder
         */
        public Builder whenDown(Fallback fallback) {
            this.whenDown = Check.notNull("whenDown", fallback);
            return this;
        }

        /**
         * Says how soon it is found out that Redis is back.
         *
         * @param interval how often a server that has not answered is asked, from 1 ms
         * @return this builder
         */
        public Builder probeInterval(Duration interval) {
            this.probeInterval = Check.duration("probeInterval", interval);
            return this;
        }

        /**
         * Says how many calls for one id may travel together.
         *
         * @param most how many calls one script may decide, from 1, which is none, to 10,000
         * @return this builder
         */
        public Builder maxCoalesced(int most) {
            this.maxCoalesced = Check.range("maxCoalesced", most, 1, MAX_COALESCED);
            return this;
        }

        /**
         * Says how many refusals are remembered.
         *
         * @param ids of how many ids, from 0, which remembers none, to 10,000,000
         * @return this builder
         */
        public Builder maxDenied(int ids) {
            this.maxDenied = Check.range("maxDenied", ids, 0, MAX_DENIED);
            return this;
        }

        /**
         * Says for how long they are, at most.
         *
         * @param most how long, from 1 ms; what is longer than a refusal's {@code retryAfter} means until that
         * @return this builder
         */
        public Builder denyFor(Duration most) {
            this.denyFor = Check.duration("denyFor", most);
            return this;
        }

        /**
         * Says how many permits of a hot id may be held ahead.
         *
         * @param most how many permits, from 16 to 1,000,000, or 0, which takes none ahead
         * @return this builder
         */
        public Builder leaseAhead(int most) {
            this.leaseAhead = checkLeaseAhead(most);
            return this;
        }

        /**
         * Names the limiter in metrics, so that two of one registry are told apart.
         *
         * @param limiterName the value of the tag {@code limiter}; {@code default} by default; never an id
         * @return this builder
         */
        public Builder name(String limiterName) {
            this.name = Check.text("name", limiterName);
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         * @throws IllegalArgumentException if a setting is not allowed
         */
        public RateLimiterOptions build() {
            return new RateLimiterOptions(whenDown, probeInterval, maxCoalesced, maxDenied, denyFor, leaseAhead, name);
        }
    }
}
