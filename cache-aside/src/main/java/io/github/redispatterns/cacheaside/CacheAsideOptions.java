package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link CacheAside} behaves. Only the time to live has no default: it is the longest that a reader may see an old
 * value if an invalidation is lost, and nobody but you can choose that.
 *
 * @param ttl the longest time that an entry lives, from 1 ms to 10 years
 * @param softTtl the age at which an entry is stale, at most the ttl: from then on one caller in the fleet refreshes it in
 *     the background, and readers are served the old value; by default the ttl, so that nothing is ever stale
 * @param negativeTtl how long it is remembered that the source of truth has no value, at most 10 years; zero: not at all;
 *     30 s by default, or the ttl if that is shorter. Invalidate after an insert too
 * @param jitter the share of its times, from 0 to 1, by which an entry may live shorter, chosen anew for each entry, so
 *     that entries written together do not expire together; 0.1 by default
 * @param earlyRefresh β of XFetch, from 0 to 100: how eagerly an entry is refreshed before it is stale, the more likely the
 *     nearer that is and the longer its load took; 0, the default, disables it; 1 is the theory's optimum. What was put or
 *     updated has no load time, and is refreshed when it is stale
 * @param leaseTime how long one load may take before another caller may begin its own, from 1 ms; 10 s by default
 * @param maxWait how long a caller waits in all, for another's load and for its turn to load past Redis, at least the lease
 *     time, so that a loader that died is replaced first; 30 s by default, or three lease times if that is longer
 * @param waitFallback what a caller does that has waited so long for another's load; {@link WaitFallback#FAIL} by default
 * @param maxBypassLoads how many loads at once this cache lets past Redis while it cannot be used, from 0, in this process:
 *     a fleet sends as many times more as it has processes. Others wait for their turn until {@code maxWait} has passed;
 *     those that a load needs itself, of other keys, have its turn; 0 lets none past: then reads fail as Redis does; 16 by
 *     default
 * @param refreshThreads how many loads at once the background refresh of {@link Loader}s may run, from 1 to 1,000; 4 by
 *     default; at most 1,000 more wait, further refreshes are not made and count as failed loads. An {@link AsyncLoader}
 *     needs no thread
 * @param breakerWindow for how long Redis, or one master of a Cluster, is left alone after it has not answered, or is asked
 *     for no writes after it has refused one until the timeout, from 1 ms; then one call tries it; 1 s by default
 * @param invalidationRetry for how long a removal that could not reach Redis, or that it could not write, is tried again,
 *     from 1 ms, counted from the first one of its key that is pending; 5 minutes by default; at most 100,000 keys at once, one more is given up immediately, as are those pending
 *     when the cache is closed
 * @param onInvalidationLost called with the key of each removal that was given up, on a thread that must not be blocked;
 *     by default a warning is logged, without the key
 * @param name the cache's name in metrics, the tag {@code cache}; {@code default} by default
 */
public record CacheAsideOptions(
        Duration ttl,
        Duration softTtl,
        Duration negativeTtl,
        double jitter,
        double earlyRefresh,
        Duration leaseTime,
        Duration maxWait,
        WaitFallback waitFallback,
        int maxBypassLoads,
        int refreshThreads,
        Duration breakerWindow,
        Duration invalidationRetry,
        Consumer<String> onInvalidationLost,
        String name) {

    private static final int MAX_EAGERNESS = 100;
    private static final int MAX_LOADS = 1_000_000;
    private static final int MAX_THREADS = 1_000;

    /**
     * Checks every setting.
     *
     * @param ttl as above
     * @param softTtl as above
     * @param negativeTtl as above
     * @param jitter as above
     * @param earlyRefresh as above
     * @param leaseTime as above
     * @param maxWait as above
     * @param waitFallback as above
     * @param maxBypassLoads as above
     * @param refreshThreads as above
     * @param breakerWindow as above
     * @param invalidationRetry as above
     * @param onInvalidationLost as above
     * @param name as above, not empty
     */
    public CacheAsideOptions {
        Check.duration("ttl", ttl);
        if (Check.duration("softTtl", softTtl).compareTo(ttl) > 0) {
            throw new IllegalArgumentException("softTtl: must be at most the ttl of " + ttl + ", is " + softTtl);
        }
        negativeTtl(negativeTtl);
        Check.range("jitter", jitter, 0, 1);
        Check.range("earlyRefresh", earlyRefresh, 0, MAX_EAGERNESS);
        Check.duration("leaseTime", leaseTime);
        if (Check.duration("maxWait", maxWait).compareTo(leaseTime) < 0) {
            throw new IllegalArgumentException(
                    "maxWait: must be at least the leaseTime of " + leaseTime + ", is " + maxWait);
        }
        Check.notNull("waitFallback", waitFallback);
        Check.range("maxBypassLoads", maxBypassLoads, 0, MAX_LOADS);
        Check.range("refreshThreads", refreshThreads, 1, MAX_THREADS);
        Check.duration("breakerWindow", breakerWindow);
        Check.duration("invalidationRetry", invalidationRetry);
        Check.notNull("onInvalidationLost", onInvalidationLost);
        Check.text("name", name);
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

    private static Duration negativeTtl(@Nullable Duration ttl) {
        Duration time = Check.notNull("negativeTtl", ttl);
        return time.isZero() ? time : Check.duration("negativeTtl", time);
    }

    /** Changes single settings; see {@link CacheAsideOptions} for their meaning, units and defaults. */
    public static final class Builder {

        private static final Duration DEFAULT_NEGATIVE_TTL = Duration.ofSeconds(30);
        private static final Duration DEFAULT_MAX_WAIT = Duration.ofSeconds(30);

        private final Duration ttl;
        private @Nullable Duration softTtl;
        private @Nullable Duration negativeTtl;
        private double jitter = 0.1;
        private double earlyRefresh;
        private Duration leaseTime = Duration.ofSeconds(10);
        private @Nullable Duration maxWait;
        private WaitFallback waitFallback = WaitFallback.FAIL;
        private int maxBypassLoads = 16;
        private int refreshThreads = 4;
        private Duration breakerWindow = Duration.ofSeconds(1);
        private Duration invalidationRetry = Duration.ofMinutes(5);
        private Consumer<String> onInvalidationLost = new LostInvalidationLog();
        private String name = "default";

        private Builder(Duration ttl) {
            this.ttl = ttl;
        }

        /**
         * Sets the age at which an entry is stale, and refreshed in the background.
         *
         * @param time the soft time to live, at most the ttl
         * @return this builder
         */
        public Builder softTtl(Duration time) {
            this.softTtl = Check.duration("softTtl", time);
            return this;
        }

        /**
         * Sets how long it is remembered that the source of truth has no value.
         *
         * @param time how long; zero: not at all
         * @return this builder
         */
        public Builder negativeTtl(Duration time) {
            this.negativeTtl = CacheAsideOptions.negativeTtl(time);
            return this;
        }

        /**
         * Sets by how much an entry may live shorter.
         *
         * @param share the share of its times, from 0 to 1
         * @return this builder
         */
        public Builder jitter(double share) {
            this.jitter = Check.range("jitter", share, 0, 1);
            return this;
        }

        /**
         * Sets how eagerly an entry is refreshed before it is stale.
         *
         * @param beta the β of XFetch, from 0, never, to 100
         * @return this builder
         */
        public Builder earlyRefresh(double beta) {
            this.earlyRefresh = Check.range("earlyRefresh", beta, 0, MAX_EAGERNESS);
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
         * Sets what a caller does that has waited that long.
         *
         * @param fallback what it does
         * @return this builder
         */
        public Builder waitFallback(WaitFallback fallback) {
            this.waitFallback = Check.notNull("waitFallback", fallback);
            return this;
        }

        /**
         * Sets how many loads at once may go past Redis.
         *
         * @param loads the bound, from 0
         * @return this builder
         */
        public Builder maxBypassLoads(int loads) {
            this.maxBypassLoads = Check.range("maxBypassLoads", loads, 0, MAX_LOADS);
            return this;
        }

        /**
         * Sets how many blocking loads at once the background refresh may run.
         *
         * @param threads the bound, from 1
         * @return this builder
         */
        public Builder refreshThreads(int threads) {
            this.refreshThreads = Check.range("refreshThreads", threads, 1, MAX_THREADS);
            return this;
        }

        /**
         * Sets for how long Redis is left alone after it has not answered.
         *
         * @param window the time, from 1 ms
         * @return this builder
         */
        public Builder breakerWindow(Duration window) {
            this.breakerWindow = Check.duration("breakerWindow", window);
            return this;
        }

        /**
         * Sets for how long a removal that could not reach Redis, or that it could not write, is tried again.
         *
         * @param time the time, from 1 ms
         * @return this builder
         */
        public Builder invalidationRetry(Duration time) {
            this.invalidationRetry = Check.duration("invalidationRetry", time);
            return this;
        }

        /**
         * Sets who is told of removals that were given up.
         *
         * @param listener called with the key
         * @return this builder
         */
        public Builder onInvalidationLost(Consumer<String> listener) {
            this.onInvalidationLost = Check.notNull("onInvalidationLost", listener);
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
         * @throws IllegalArgumentException if two settings contradict each other
         */
        public CacheAsideOptions build() {
            return new CacheAsideOptions(
                    ttl,
                    softTtl == null ? ttl : softTtl,
                    negativeTtl == null ? shorter(ttl, DEFAULT_NEGATIVE_TTL) : negativeTtl,
                    jitter,
                    earlyRefresh,
                    leaseTime,
                    maxWait == null ? defaultMaxWait() : maxWait,
                    waitFallback,
                    maxBypassLoads,
                    refreshThreads,
                    breakerWindow,
                    invalidationRetry,
                    onInvalidationLost,
                    name);
        }

        private Duration defaultMaxWait() {
            Duration threeLeases = leaseTime.multipliedBy(3);
            Duration wait = threeLeases.compareTo(DEFAULT_MAX_WAIT) > 0 ? threeLeases : DEFAULT_MAX_WAIT;
            return shorter(wait, Check.MAX_DURATION);
        }

        private static Duration shorter(Duration one, Duration other) {
            return one.compareTo(other) <= 0 ? one : other;
        }
    }
}
