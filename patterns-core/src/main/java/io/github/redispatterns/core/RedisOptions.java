package io.github.redispatterns.core;

import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link Redis} handle behaves. {@link #defaults()} is right for most; the builder changes single settings.
 *
 * @param commandTimeout the deadline of one call, from 1 ms: after it the call fails, never later than 100 ms after;
 *     1 s by default
 * @param connectTimeout the deadline of opening the handle, all of its steps together, from 1 ms; 3 s by default
 * @param clientResources Lettuce's threads and timers to share, or null for the handle's own, which it closes
 * @param sslOptions trust and key material for {@code rediss://}, or null for the JDK's
 * @param flushMode how commands are flushed to the socket, {@link FlushMode#CONSOLIDATED} by default; without effect on
 *     a borrowed client
 * @param meterRegistry where metrics go, or null for nowhere
 * @param scriptHook a seam for tests, or null
 */
public record RedisOptions(
        Duration commandTimeout,
        Duration connectTimeout,
        @Nullable ClientResources clientResources,
        @Nullable SslOptions sslOptions,
        FlushMode flushMode,
        @Nullable MeterRegistry meterRegistry,
        @Nullable ScriptHook scriptHook) {

    private static final RedisOptions DEFAULTS = builder().build();

    /**
     * Checks the durations.
     *
     * @param commandTimeout as above, from 1 ms
     * @param connectTimeout as above, from 1 ms
     * @param clientResources as above
     * @param sslOptions as above
     * @param flushMode as above
     * @param meterRegistry as above
     * @param scriptHook as above
     */
    public RedisOptions {
        Check.duration("commandTimeout", commandTimeout);
        Check.duration("connectTimeout", connectTimeout);
        Check.notNull("flushMode", flushMode);
    }

    /**
     * The settings of a handle that was given none.
     *
     * @return the default options
     */
    public static RedisOptions defaults() {
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

    /** Changes single settings; see {@link RedisOptions} for their meaning, units and defaults. */
    public static final class Builder {

        private Duration commandTimeout = Duration.ofSeconds(1);
        private Duration connectTimeout = Duration.ofSeconds(3);
        private @Nullable ClientResources clientResources;
        private @Nullable SslOptions sslOptions;
        private FlushMode flushMode = FlushMode.CONSOLIDATED;
        private @Nullable MeterRegistry meterRegistry;
        private @Nullable ScriptHook scriptHook;

        private Builder() {}

        /**
         * Sets the deadline of one call.
         *
         * @param timeout the deadline, from 1 ms
         * @return this builder
         */
        public Builder commandTimeout(Duration timeout) {
            this.commandTimeout = Check.duration("commandTimeout", timeout);
            return this;
        }

        /**
         * Sets the deadline of opening the handle.
         *
         * @param timeout the deadline, from 1 ms
         * @return this builder
         */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = Check.duration("connectTimeout", timeout);
            return this;
        }

        /**
         * Shares Lettuce's threads and timers with other clients. The handle does not close them.
         *
         * @param resources the resources to share
         * @return this builder
         */
        public Builder clientResources(ClientResources resources) {
            this.clientResources = Check.notNull("clientResources", resources);
            return this;
        }

        /**
         * Sets trust and key material for {@code rediss://}.
         *
         * @param options Lettuce's TLS options
         * @return this builder
         */
        public Builder sslOptions(SslOptions options) {
            this.sslOptions = Check.notNull("sslOptions", options);
            return this;
        }

        /**
         * Sets how commands are flushed to the socket.
         *
         * @param mode {@link FlushMode#CONSOLIDATED}, or {@link FlushMode#EACH_COMMAND} to turn the consolidation off
         * @return this builder
         */
        public Builder flushMode(FlushMode mode) {
            this.flushMode = Check.notNull("flushMode", mode);
            return this;
        }

        /**
         * Sends metrics to a registry, under names that begin with {@code redis.patterns.}.
         *
         * @param registry the registry
         * @return this builder
         */
        public Builder meterRegistry(MeterRegistry registry) {
            this.meterRegistry = Check.notNull("meterRegistry", registry);
            return this;
        }

        /**
         * Rewrites scripts, for tests.
         *
         * @param hook the hook
         * @return this builder
         */
        public Builder scriptHook(ScriptHook hook) {
            this.scriptHook = Check.notNull("scriptHook", hook);
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         */
        public RedisOptions build() {
            return new RedisOptions(
                    commandTimeout, connectTimeout, clientResources, sslOptions, flushMode, meterRegistry, scriptHook);
        }
    }
}
