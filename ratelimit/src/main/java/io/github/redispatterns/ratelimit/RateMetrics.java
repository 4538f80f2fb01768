package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.ScriptCall;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The meters {@code redis.patterns.ratelimit.*} of one limiter; the tag {@code limiter} says which. */
final class RateMetrics {

    /** Of a limiter that was given no name. */
    static final String DEFAULT_NAME = "default";

    private static final String PREFIX = "redis.patterns.ratelimit.";

    /** What came of asking for permits. */
    enum Outcome {
        /** They were granted. */
        ALLOWED,
        /** They were not. */
        REFUSED,
        /** Redis could not be asked, or did not answer; or the caller has gone. */
        FAILED;

        static Outcome of(boolean allowed) {
            return allowed ? ALLOWED : REFUSED;
        }
    }

    private final Map<Outcome, Counter> decisions = new EnumMap<>(Outcome.class);
    private final Timer scripts;
    private final Counter coalesced;
    private final Counter denied;
    private final Counter degraded;
    private final Counter outages;
    private final Counter leased;

    RateMetrics(MeterRegistry registry, String limiter) {
        this(registry, registry, registry, limiter);
    }

    private RateMetrics(MeterRegistry registry, MeterRegistry forLimits, MeterRegistry forLeases, String limiter) {
        for (Outcome outcome : Outcome.values()) {
            String tag = outcome.name().toLowerCase(Locale.ROOT);
            decisions.put(outcome, registry.counter(PREFIX + "decisions", "limiter", limiter, "outcome", tag));
        }
        scripts = registry.timer(PREFIX + "scripts", "limiter", limiter);
        outages = registry.counter(PREFIX + "outages", "limiter", limiter);
        degraded = forLimits.counter(PREFIX + "degraded", "limiter", limiter);
        coalesced = forLimits.counter(PREFIX + "coalesced", "limiter", limiter);
        denied = forLimits.counter(PREFIX + "denied", "limiter", limiter);
        leased = forLeases.counter(PREFIX + "leased", "limiter", limiter);
    }

    /** Of several limits, of which nothing is held ahead. */
    static RateMetrics ofSeveral(MeterRegistry registry, String limiter) {
        return new RateMetrics(registry, registry, nowhere(), limiter);
    }

    /** Of slots, for which nothing stands in either. */
    static RateMetrics ofSlots(MeterRegistry registry, String limiter) {
        return new RateMetrics(registry, nowhere(), nowhere(), limiter);
    }

    private static MeterRegistry nowhere() {
        return new CompositeMeterRegistry(); // an empty one keeps nothing
    }

    /** Null if there was none. */
    void decided(@Nullable Decision decision) {
        decided(decision == null ? Outcome.FAILED : Outcome.of(decision.allowed()));
    }

    void decided(Outcome outcome) {
        Objects.requireNonNull(decisions.get(outcome)).increment();
    }

    /** Runs a script, and records how long that took. */
    <T extends @Nullable Object> CompletionStage<T> run(ScriptCall<T> call) {
        long began = System.nanoTime();
        return call.runAsync()
                .whenComplete((reply, failure) -> scripts.record(System.nanoTime() - began, TimeUnit.NANOSECONDS));
    }

    /** So many calls as one script. */
    void coalesced(int calls) {
        coalesced.increment(calls);
    }

    /** Without asking Redis. */
    void denied() {
        denied.increment();
    }

    /** In place of Redis. */
    void degraded() {
        degraded.increment();
    }

    /** A server is left alone from now on. */
    void outage() {
        outages.increment();
    }

    /** From permits that were held ahead. */
    void leased() {
        leased.increment();
    }
}
