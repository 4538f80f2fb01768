package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import java.time.Duration;

/**
 * How a {@link FencedStore} behaves. Only the time to live has no default: nobody but you can say how long the data
 * must stay.
 *
 * @param ttl how long an entity, or a stream, lives after it was last written, at least the fence memory, at most 10
 *     years; with it goes its fence
 * @param fenceMemory for how long after a delete the fence of the entity is remembered, from 1 ms; longer than any
 *     holder may be paused and come back; 1 hour by default
 * @param maxEntries how many entries of a stream are kept at least, from 1; older ones are trimmed, a node of the
 *     stream (100 entries, unless the server is told otherwise) at a time; 100,000 by default
 */
public record FencedStoreOptions(Duration ttl, Duration fenceMemory, int maxEntries) {

    /**
     * Checks every setting.
     *
     * @param ttl as above
     * @param fenceMemory as above
     * @param maxEntries as above
     */
    public FencedStoreOptions {
        Check.duration("fenceMemory", fenceMemory);
        if (Check.duration("ttl", ttl).compareTo(fenceMemory) < 0) {
            throw new IllegalArgumentException(
                    "ttl: must be at least the fenceMemory of " + fenceMemory + ", is " + ttl);
        }
        Check.range("maxEntries", maxEntries, 1, Integer.MAX_VALUE);
    }

    /**
     * Options with a time to live, and defaults for the rest.
     *
     * @param ttl how long an entity lives after it was last written, from 1 hour to 10 years
     * @return the options
     */
    public static FencedStoreOptions ofTtl(Duration ttl) {
        return builder(ttl).build();
    }

    /**
     * A builder that begins with a time to live and the defaults.
     *
     * @param ttl how long an entity lives after it was last written, at least the fence memory, at most 10 years
     * @return a new builder
     */
    public static Builder builder(Duration ttl) {
        return new Builder(Check.duration("ttl", ttl));
    }

    /** Changes single settings; see {@link FencedStoreOptions} for their meaning, units and defaults. */
    public static final class Builder {

        private final Duration ttl;
        private Duration fenceMemory = Duration.ofHours(1);
        private int maxEntries = 100_000;

        private Builder(Duration ttl) {
            this.ttl = ttl;
        }

        /**
         * Sets for how long the fence of a deleted entity is remembered.
         *
         * @param time the time, from 1 ms, at most the ttl
         * @return this builder
         */
        public Builder fenceMemory(Duration time) {
            this.fenceMemory = Check.duration("fenceMemory", time);
            return this;
        }

        /**
         * Sets how many entries of a stream are kept at least.
         *
         * @param entries the number, from 1
         * @return this builder
         */
        public Builder maxEntries(int entries) {
            this.maxEntries = Check.range("maxEntries", entries, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         * @throws IllegalArgumentException if the ttl is shorter than the fence memory
         */
        public FencedStoreOptions build() {
            return new FencedStoreOptions(ttl, fenceMemory, maxEntries);
        }
    }
}
