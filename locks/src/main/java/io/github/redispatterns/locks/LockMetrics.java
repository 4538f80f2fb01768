package io.github.redispatterns.locks;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The meters {@code redis.patterns.locks.*} of one kind of lock; the tag {@code lock} says which. A meter that throws is its
 * registry's matter: it ends no call.
 */
final class LockMetrics {

    private static final Logger LOG = System.getLogger(LockMetrics.class.getName());

    private static final String PREFIX = "redis.patterns.locks.";

    /** What came of asking for a lock. */
    enum Outcome {
        /** It was free, or has become so in time. */
        ACQUIRED,
        /** Another held it, and the caller did not wait. */
        BUSY,
        /** The wait has reached its bound. */
        TIMED_OUT,
        /** Too few replicas have acknowledged the lease. */
        UNREPLICATED,
        /** Redis could not be asked, or the caller has gone. */
        FAILED
    }

    /** How a lease ended. */
    enum End {
        /** By its holder. */
        RELEASED,
        /** Before its holder was done. */
        LOST
    }

    /** What came of extending a lease in the background. */
    enum RenewalOutcome {
        /** It lasts longer. */
        DONE,
        /** Redis could not be reached; it is tried again while the lease lasts. */
        FAILED
    }

    /** How a waiter has learned that the lock is its own. */
    enum Trigger {
        /** By the message of whoever released it, or by the reply to that if both are of this lock object. */
        PUSH,
        /** By looking. */
        POLL
    }

    private final MeterRegistry registry;
    private final String lock;
    private final Map<Outcome, Timer> acquisitions;
    private final Map<End, Timer> holds;
    private final Map<RenewalOutcome, Counter> renewals;
    private final Map<Trigger, Counter> grants;
    private final Counter failedReleases;

    LockMetrics(MeterRegistry registry, String lock) {
        this.registry = registry;
        this.lock = lock;
        acquisitions = each(Outcome.class, outcome -> timer("acquisitions", "outcome", outcome));
        holds = each(End.class, end -> timer("holds", "end", end));
        renewals = each(RenewalOutcome.class, outcome -> counter("renewals", "outcome", outcome));
        grants = each(Trigger.class, trigger -> counter("grants", "trigger", trigger));
        failedReleases = registry.counter(PREFIX + "releases.failed", "lock", lock);
    }

    void asked(Outcome outcome, long nanos) {
        count(() -> meter(acquisitions, outcome).record(nanos, TimeUnit.NANOSECONDS));
    }

    void held(End end, long nanos) {
        count(() -> meter(holds, end).record(nanos, TimeUnit.NANOSECONDS));
    }

    void renewed(RenewalOutcome outcome) {
        count(meter(renewals, outcome)::increment);
    }

    void granted(Trigger trigger) {
        count(meter(grants, trigger)::increment);
    }

    void releaseFailed() {
        count(failedReleases::increment);
    }

    private static void count(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "A meter has failed", e);
        }
    }

    private Timer timer(String name, String tag, Enum<?> value) {
        return registry.timer(PREFIX + name, "lock", lock, tag, tag(value));
    }

    private Counter counter(String name, String tag, Enum<?> value) {
        return registry.counter(PREFIX + name, "lock", lock, tag, tag(value));
    }

    private static <E extends Enum<E>, M> Map<E, M> each(Class<E> type, Function<E, M> meter) {
        Map<E, M> meters = new EnumMap<>(type);
        for (E value : Objects.requireNonNull(type.getEnumConstants())) {
            meters.put(value, meter.apply(value));
        }
        return meters;
    }

    private static <E extends Enum<E>, M> M meter(Map<E, M> meters, E which) {
        return Objects.requireNonNull(meters.get(which));
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
