package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import java.time.Duration;

/**
 * How the locks of one kind behave; see {@link LeaseOptions} for what may differ from call to call.
 *
 * @param fenceMemory for how long after a lease its fencing token is remembered, so that the next is greater even if
 *     the server's clock was set back meanwhile, from 1 minute to 10 years; 1 hour by default. It is also for how long a
 *     lock that nobody uses any more stays in Redis
 * @param name the name in metrics, the tag {@code lock}; {@code default} by default
 */
public record LockOptions(Duration fenceMemory, String name) {

    private static final Duration LEAST_MEMORY = Duration.ofMinutes(1);
    private static final LockOptions DEFAULTS = builder().build();

    /**
     * Checks every setting.
     *
     * @param fenceMemory as above
     * @param name as above, not empty
     */
    public LockOptions {
        if (Check.duration("fenceMemory", fenceMemory).compareTo(LEAST_MEMORY) < 0) {
            throw new IllegalArgumentException("fenceMemory: must be at least 1 minute, is " + fenceMemory);
        }
        Check.text("name", name);
    }

    /**
     * The settings of locks that were given none.
     *
     * @return the default options
     */
    public static LockOptions defaults() {
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

    /** Changes single settings; see {@link LockOptions} for their meaning, units and defaults. */
    public static final class Builder {

        private Duration fenceMemory = Duration.ofHours(1);
        private String name = "default";

        private Builder() {}

        /**
         * Sets for how long a fencing token is remembered.
         *
         * @param time the time after the lease, at least 1 minute
         * @return this builder
         */
        public Builder fenceMemory(Duration time) {
            this.fenceMemory = Check.duration("fenceMemory", time);
            return this;
        }

        /**
         * Names the locks in metrics, so that two kinds of one registry are told apart.
         *
         * @param lockName the value of the tag {@code lock}; never a resource
         * @return this builder
         */
        public Builder name(String lockName) {
            this.name = Check.text("name", lockName);
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         * @throws IllegalArgumentException if a setting is not allowed
         */
        public LockOptions build() {
            return new LockOptions(fenceMemory, name);
        }
    }
}
