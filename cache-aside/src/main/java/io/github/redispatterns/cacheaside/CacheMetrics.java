package io.github.redispatterns.cacheaside;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The meters {@code redis.patterns.cacheaside.*} of one cache; the tag {@code cache} says which. */
final class CacheMetrics {

    /** How a load ended. */
    enum Load {
        /** Its value is in the cache. */
        STORED,
        /** Overtaken by an invalidation, a put, or the end of its lease. */
        DISCARDED,
        /** The source of truth has no value. */
        ABSENT,
        /** The loader failed, or its value cannot be written. */
        FAILED,
        /** The value was loaded, but Redis refused it or did not answer. */
        FILL_FAILED
    }

    /** Whom a caller waited for. */
    enum Wait {
        /** A load in this process. */
        LOCAL,
        /** A load in another process. */
        REMOTE
    }

    private final Map<Source, Counter> gets;
    private final Map<Load, Timer> loads;
    private final Map<Wait, Counter> waits;
    private final Counter unreadable;
    private final Counter failedReleases;

    CacheMetrics(MeterRegistry registry, String cache) {
        String prefix = "redis.patterns.cacheaside.";
        gets = each(Source.class, source -> registry.counter(prefix + "gets", "cache", cache, "source", tag(source)));
        loads = each(Load.class, load -> registry.timer(prefix + "loads", "cache", cache, "outcome", tag(load)));
        waits = each(Wait.class, wait -> registry.counter(prefix + "waits", "cache", cache, "for", tag(wait)));
        unreadable = registry.counter(prefix + "unreadable", "cache", cache);
        failedReleases = registry.counter(prefix + "releases.failed", "cache", cache);
    }

    void got(Source source) {
        meter(gets, source).increment();
    }

    void loaded(Load load, long beganNanos) {
        meter(loads, load).record(System.nanoTime() - beganNanos, TimeUnit.NANOSECONDS);
    }

    void waited(Wait wait) {
        meter(waits, wait).increment();
    }

    void unreadable() {
        unreadable.increment();
    }

    void releaseFailed() {
        failedReleases.increment();
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
