package io.github.redispatterns.ratelimit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The meters {@code redis.patterns.ratelimit.*} of one limiter; the tag {@code limiter} says which. */
final class RateMetrics {

    private static final String PREFIX = "redis.patterns.ratelimit.";

    /** What came of asking for permits. */
    enum Outcome {
        /** They were granted. */
        ALLOWED,
        /** They were not. */
        REFUSED,
        /** Redis could not be asked, or did not answer; or the caller has gone. */
        FAILED
    }

    private final Map<Outcome, Counter> decisions = new EnumMap<>(Outcome.class);
    private final Timer scripts;
    private final Counter coalesced;
    private final Counter denied;
    private final Counter degraded;
    private final Counter outages;
    private final Counter leased;

    RateMetrics(MeterRegistry registry, String limiter) {
        for (Outcome outcome : Outcome.values()) {
            String tag = outcome.name().toLowerCase(Locale.ROOT);
            decisions.put(outcome, registry.counter(PREFIX + "decisions", "limiter", limiter, "outcome", tag));
        }
        scripts = registry.timer(PREFIX + "scripts", "limiter", limiter);
        coalesced = registry.counter(PREFIX + "coalesced", "limiter", limiter);
        denied = registry.counter(PREFIX + "denied", "limiter", limiter);
        degraded = registry.counter(PREFIX + "degraded", "limiter", limiter);
        leased = registry.counter(PREFIX + "leased", "limiter", limiter);
        outages = registry.counter(PREFIX + "outages", "limiter", limiter);
    }

    /** Null if there was none. */
    void decided(@Nullable Decision decision) {
        Outcome outcome = decision == null ? Outcome.FAILED : decision.allowed() ? Outcome.ALLOWED : Outcome.REFUSED;
        Objects.requireNonNull(decisions.get(outcome)).increment();
    }

    void ran(long nanos) {
        scripts.record(nanos, TimeUnit.NANOSECONDS);
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
