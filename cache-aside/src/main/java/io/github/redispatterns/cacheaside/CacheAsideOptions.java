package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link CacheAside} behaves. Only the time to live has no default: it is the longest that a reader may see an old
 * value if an invalidation is lost, and nobody but you can choose that.
 *
 * @param ttl the longest time that an entry lives, from 1 ms to 10 years
 * @param jitter the share of the time to live, from 0 to 1, by which an entry may live shorter, chosen anew for each
 *     entry, so that entries written together do not expire together; 0.1 by default
 * @param leaseTime how long one load may take before another caller may begin its own, from 1 ms; 10 s by default
 * @param maxWait how long a caller waits for another's load, at least the lease time, so that a loader that died is
 *     replaced first; 30 s by default, or three lease times if that is longer
 * @param name the cache's name in metrics, the tag {@code cache}; {@code default} by default
 */
public record CacheAsideOptions(Duration ttl, double jitter, Duration leaseTime, Duration maxWait, String name) {

    private static final Duration DEFAULT_LEASE_TIME = Duration.ofSeconds(10);
    private static final Duration DEFAULT_MAX_WAIT = Duration.ofSeconds(30);

    /**
     * Checks every setting.
     *
     * @param ttl as above, from 1 ms
     * @param jitter as above, from 0 to 1
     * @param leaseTime as above, from 1 ms
     * @param maxWait as above, at least the lease time
     * @param name as above, not empty
     */
    public CacheAsideOptions {
        Check.duration("ttl", ttl);
        Check.range("jitter", jitter, 0, 1);
        Check.duration("leaseTime", leaseTime);
        Check.text("name", name);
        if (Check.duration("maxWait", maxWait).compareTo(leaseTime) < 0) {
            throw new IllegalArgumentException(
                    "maxWait: must be at least the leaseTime of " + leaseTime + ", is " + maxWait);
        }
    }

    /**
     * Options with a time to live, and defaults for the rest.
     *
     * @param ttl the longest time that an entry lives, from 1 ms to 10 years
     * @return the options
     */
    public static CacheAsideOptions ofTtl(Duration ttl) {
        return builder(ttl).build();
    }

    /**
     * A builder that begins with a time to live and the defaults.
     *
     * @param ttl the longest time that an entry lives, from 1 ms to 10 years
     * @return a new builder
     */
    public static Builder builder(Duration ttl) {
        return new Builder(Check.duration("ttl", ttl));
    }

    /** Changes single settings; see {@link CacheAsideOptions} for their meaning, units and defaults. */
    public static final class Builder {

        private final Duration ttl;
        private double jitter = 0.1;
        private Duration leaseTime = DEFAULT_LEASE_TIME;
        private @Nullable Duration maxWait;
        private String name = "default";

        private Builder(Duration ttl) {
            this.ttl = ttl;
        }

        /**
         * Sets by how much an entry may live shorter.
         *
         * @param share the share of the time to live, from 0 to 1
         * @return this builder
         */
        public Builder jitter(double share) {
            this.jitter = Check.range("jitter", share, 0, 1);
            return this;
        }

        /**
         * Sets how long one load may take.
         *
         * @param time the lease time, from 1 ms
         * @return this builder
         */
        public Builder leaseTime(Duration time) {
            this.leaseTime = Check.duration("leaseTime", time);
            return this;
        }

        /**
         * Sets how long a caller waits for another's load.
         *
         * @param wait the longest wait, at least the lease time
         * @return this builder
         */
        public Builder maxWait(Duration wait) {
            this.maxWait = Check.duration("maxWait", wait);
            return this;
        }

        /**
         * Names the cache in metrics, so that two caches of one registry are told apart.
         *
         * @param cacheName the value of the tag {@code cache}; never a tenant or a key
         * @return this builder
         */
        public Builder name(String cacheName) {
            this.name = Check.text("name", cacheName);
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         */
        public CacheAsideOptions build() {
            Duration wait = maxWait;
            if (wait == null) {
                Duration threeLeases = leaseTime.multipliedBy(3);
                wait = threeLeases.compareTo(DEFAULT_MAX_WAIT) > 0 ? threeLeases : DEFAULT_MAX_WAIT;
                wait = wait.compareTo(Check.MAX_DURATION) > 0 ? Check.MAX_DURATION : wait;
            }
            return new CacheAsideOptions(ttl, jitter, leaseTime, wait, name);
        }
    }
}
