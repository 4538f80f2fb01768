package io.github.redispatterns.cacheaside;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The meters {@code redis.patterns.cacheaside.*}. */
final class CacheMetrics {

    /** Where a get's value came from. */
    enum Source {
        /** It was there. */
        REDIS,
        /** This caller loaded it. */
        LOADED,
        /** Another process loaded it. */
        WAITED,
        /** Another caller in this process got it. */
        JOINED
    }

    /** How a load ended. */
    enum Load {
        STORED,
        DISCARDED,
        ABSENT,
        FAILED,
        NOT_STORED
    }

    private final Map<Source, Counter> gets = new EnumMap<>(Source.class);
    private final Map<Load, Timer> loads = new EnumMap<>(Load.class);
    private final Counter unreadable;
    private final Counter failedReleases;

    CacheMetrics(MeterRegistry registry) {
        for (Source source : Source.values()) {
            gets.put(source, registry.counter("redis.patterns.cacheaside.gets", "source", tag(source)));
        }
        for (Load load : Load.values()) {
            loads.put(load, registry.timer("redis.patterns.cacheaside.loads", "outcome", tag(load)));
        }
        unreadable = registry.counter("redis.patterns.cacheaside.unreadable");
        failedReleases = registry.counter("redis.patterns.cacheaside.releases.failed");
    }

    void got(Source source) {
        count(gets, source).increment();
    }

    void loaded(Load load, long beganNanos) {
        count(loads, load).record(System.nanoTime() - beganNanos, TimeUnit.NANOSECONDS);
    }

    void unreadable() {
        unreadable.increment();
    }

    void releaseFailed() {
        failedReleases.increment();
    }

    private static <E extends Enum<E>, M> M count(Map<E, M> meters, E which) {
        M meter = meters.get(which);
        if (meter == null) {
            throw new IllegalStateException("No meter for " + which);
        }
        return meter;
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
