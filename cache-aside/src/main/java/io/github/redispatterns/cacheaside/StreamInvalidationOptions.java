package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a {@link StreamInvalidation} follows its stream.
 *
 * @param name under which name it keeps its position; processes that use the same one share it, and must use the same
 *     options; {@code default} by default
 * @param field the field of an entry that holds a key of the cache; {@code key} by default
 * @param positionTtl how long the position is kept once nobody follows under this name, from 1 minute to 10 years; 7 days
 *     by default
 * @param batchSize how many entries are read, and carried out, at once, from 1 to 10,000; 500 by default
 * @param onGap called when events were missed, before everything is dropped, on a thread that must not be blocked; by
 *     default it is logged
 */
public record StreamInvalidationOptions(
        String name, String field, Duration positionTtl, int batchSize, Consumer<StreamGap> onGap) {

    private static final Duration MIN_TTL = Duration.ofMinutes(1);
    private static final int MAX_BATCH = 10_000;

    /**
     * Checks every setting.
     *
     * @param name as above, not empty
     * @param field as above, not empty
     * @param positionTtl as above
     * @param batchSize as above
     * @param onGap as above
     */
    public StreamInvalidationOptions {
        Check.text("name", name);
        Check.text("field", field);
        positionTtl(positionTtl);
        Check.range("batchSize", batchSize, 1, MAX_BATCH);
        Check.notNull("onGap", onGap);
    }

    /**
     * The options that a builder begins with.
     *
     * @return the options
     */
    public static StreamInvalidationOptions defaults() {
        return builder().build();
    }

    /**
     * A builder that begins with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Long enough to be renewed many times before it ends. */
    private static Duration positionTtl(Duration ttl) {
        if (Check.duration("positionTtl", ttl).compareTo(MIN_TTL) < 0) {
            throw new IllegalArgumentException("positionTtl: must be at least " + MIN_TTL + ", is " + ttl);
        }
        return ttl;
    }

    /** Changes single settings; see {@link StreamInvalidationOptions} for their meaning, units and defaults. */
    public static final class Builder {

        private String name = "default";
        private String field = "key";
        private Duration positionTtl = Duration.ofDays(7);
        private int batchSize = 500;
        private Consumer<StreamGap> onGap = new StreamGapLog();

        private Builder() {}

        /**
         * Names the position.
         *
         * @param followerName the same for all processes that share it
         * @return this builder
         */
        public Builder name(String followerName) {
            this.name = Check.text("name", followerName);
            return this;
        }

        /**
         * Sets where in an entry the key is.
         *
         * @param fieldName the field
         * @return this builder
         */
        public Builder field(String fieldName) {
            this.field = Check.text("field", fieldName);
            return this;
        }

        /**
         * Sets how long the position is kept once nobody follows any more.
         *
         * @param time the time to live, from 1 minute
         * @return this builder
         */
        public Builder positionTtl(Duration time) {
            this.positionTtl = StreamInvalidationOptions.positionTtl(time);
            return this;
        }

        /**
         * Sets how many entries are read at once.
         *
         * @param entries the bound, from 1
         * @return this builder
         */
        public Builder batchSize(int entries) {
            this.batchSize = Check.range("batchSize", entries, 1, MAX_BATCH);
            return this;
        }

        /**
         * Sets who is told when events were missed.
         *
         * @param listener called with the reason
         * @return this builder
         */
        public Builder onGap(Consumer<StreamGap> listener) {
            this.onGap = Check.notNull("onGap", listener);
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         */
        public StreamInvalidationOptions build() {
            return new StreamInvalidationOptions(name, field, positionTtl, batchSize, onGap);
        }
    }
}
