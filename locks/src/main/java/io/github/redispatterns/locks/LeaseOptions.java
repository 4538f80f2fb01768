package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants of one lease. Only its time has no default.
 *
 * @param ttl how long the lease lasts unless it is extended, from 100 ms to 10 years: if its holder dies, the lock is
 *     free after that time
 * @param maxWait how long to wait for the lock, at most 10 years; zero, the default, does not wait
 * @param renewFor if present, the lease is extended in the background, three times per ttl, until it is closed or lost,
 *     or this time has passed since it was acquired; at least the ttl. Empty by default: it is not
 * @param minHold for how long nobody else gets the lock even if the lease is released sooner, at most the ttl; zero by
 *     default. For a scheduled job that must not run twice because two clocks differ
 * @param requestToken if present, whose lease it is: whoever asks again with the same token gets the same lease, with
 *     the same fencing token, as long as it lasts; to release one object ends it for all. In one lock object a repeat that
 *     comes to nothing (refused, cancelled, interrupted, without enough replicas, of unknown outcome) leaves the lease
 *     that was held before as it is, and what could not be given back then ends nothing that is asked for later: a
 *     repeat waits until it is decided. Another lock object, or process, knows nothing of that: there a repeat that comes
 *     to nothing gives back the lease, and the first holder is not told before it extends; and the goodbye after a wait
 *     in vain may reach Redis late, and end a second one's lease. ASCII letters, digits and {@code - _ . : /}, at most
 *     128. Empty by default: a random one
 * @param replicas if present, the lease counts only if so many replicas have acknowledged it in time; else it is given
 *     back. A failover may forget it even so, only less often: the new master may be one that has not acknowledged it.
 *     Only for locks of {@link DistributedLock#create}; others refuse it with an {@code IllegalArgumentException}. Empty
 *     by default: nobody waits for replicas
 */
public record LeaseOptions(
        Duration ttl,
        Duration maxWait,
        Optional<Duration> renewFor,
        Duration minHold,
        Optional<String> requestToken,
        Optional<Replicas> replicas) {

    /**
     * Who has to know of a lease besides the master.
     *
     * @param count how many replicas, at least 1
     * @param within how long to wait for them once the lease was acquired, at most the ttl; the whole may take two
     *     command timeouts longer
     */
    public record Replicas(int count, Duration within) {

        /**
         * Checks both.
         *
         * @param count as above
         * @param within as above, from 1 ms
         */
        public Replicas {
            Check.range("count", count, 1, Integer.MAX_VALUE);
            Check.duration("within", within);
        }
    }

    private static final Duration LEAST_TTL = Duration.ofMillis(100);
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_.:/-]{1,128}");

    /**
     * Checks every setting.
     *
     * @param ttl as above
     * @param maxWait as above
     * @param renewFor as above
     * @param minHold as above
     * @param requestToken as above
     * @param replicas as above
     */
    public LeaseOptions {
        ttl("ttl", ttl);
        orZero("maxWait", maxWait);
        orZero("minHold", minHold);
        if (minHold.compareTo(ttl) > 0) {
            throw new IllegalArgumentException("minHold: must be at most the ttl of " + ttl + ", is " + minHold);
        }
        Check.notNull("renewFor", renewFor).ifPresent(time -> {
            if (Check.duration("renewFor", time).compareTo(ttl) < 0) {
                throw new IllegalArgumentException("renewFor: must be at least the ttl of " + ttl + ", is " + time);
            }
        });
        Check.notNull("requestToken", requestToken).ifPresent(LeaseOptions::token);
        Check.notNull("replicas", replicas).map(Replicas::within).ifPresent(within -> {
            if (within.compareTo(ttl) > 0) {
                throw new IllegalArgumentException("within: must be at most the ttl of " + ttl + ", is " + within);
            }
        });
    }

    /**
     * Options with a time, and defaults for the rest.
     *
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @return the options
     */
    public static LeaseOptions ofTtl(Duration ttl) {
        return builder(ttl).build();
    }

    /**
     * A builder that begins with a time and the defaults.
     *
     * @param ttl how long the lease lasts, from 100 ms to 10 years
     * @return a new builder
     */
    public static Builder builder(Duration ttl) {
        return new Builder(ttl("ttl", ttl));
    }

    static Duration ttl(String name, @Nullable Duration value) {
        Duration ttl = Check.duration(name, value);
        if (ttl.compareTo(LEAST_TTL) < 0) {
            throw new IllegalArgumentException(name + ": must be at least 100 ms, is " + ttl);
        }
        return ttl;
    }

    private static Duration orZero(String name, @Nullable Duration value) {
        Duration time = Check.notNull(name, value);
        return time.isZero() ? time : Check.duration(name, time);
    }

    private static String token(@Nullable String value) {
        String token = Check.text("requestToken", value);
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException(
                    "requestToken: must be 1 to 128 ASCII letters, digits or - _ . : /, has " + token.length());
        }
        return token;
    }

    /** Changes single settings; see {@link LeaseOptions} for their meaning, units and defaults. */
    public static final class Builder {

        private final Duration ttl;
        private Duration maxWait = Duration.ZERO;
        private @Nullable Duration renewFor;
        private Duration minHold = Duration.ZERO;
        private @Nullable String requestToken;
        private @Nullable Replicas replicas;

        private Builder(Duration ttl) {
            this.ttl = ttl;
        }

        /**
         * Sets how long to wait for the lock.
         *
         * @param wait the longest wait; zero does not wait
         * @return this builder
         */
        public Builder maxWait(Duration wait) {
            this.maxWait = orZero("maxWait", wait);
            return this;
        }

        /**
         * Lets the lease be extended in the background, for a bounded time.
         *
         * @param maxLifetime since it was acquired, at least the ttl
         * @return this builder
         */
        public Builder renewFor(Duration maxLifetime) {
            this.renewFor = Check.duration("renewFor", maxLifetime);
            return this;
        }

        /**
         * Sets for how long nobody else gets the lock, even if the lease is released sooner.
         *
         * @param time since it was acquired, at most the ttl
         * @return this builder
         */
        public Builder minHold(Duration time) {
            this.minHold = orZero("minHold", time);
            return this;
        }

        /**
         * Says whose lease it is, for a caller who may have to ask again.
         *
         * @param token unlike that of every other request
         * @return this builder
         */
        public Builder requestToken(String token) {
            this.requestToken = LeaseOptions.token(token);
            return this;
        }

        /**
         * Lets the lease count only if replicas have acknowledged it; if not, the outcome is
         * {@link Acquisition.Unreplicated}.
         *
         * @param count how many replicas, at least 1
         * @param within how long to wait for them once the lease was acquired, from 1 ms to the ttl
         * @return this builder
         */
        public Builder replicas(int count, Duration within) {
            this.replicas = new Replicas(count, within);
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         * @throws IllegalArgumentException if two settings contradict each other
         */
        public LeaseOptions build() {
            return new LeaseOptions(
                    ttl,
                    maxWait,
                    Optional.ofNullable(renewFor),
                    minHold,
                    Optional.ofNullable(requestToken),
                    Optional.ofNullable(replicas));
        }
    }
}
