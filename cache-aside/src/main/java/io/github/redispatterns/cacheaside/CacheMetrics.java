package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Sync;
import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The meters {@code redis.patterns.cacheaside.*} of one cache; the tag {@code cache} says which. */
final class CacheMetrics implements AutoCloseable {

    private static final String PREFIX = "redis.patterns.cacheaside.";

    /** Why a load was made. */
    enum Reason {
        /** The key was missing. */
        MISS,
        /** The entry was stale, or nearly. */
        REFRESH,
        /** Redis could not be used, or the wait for another's load has ended. */
        BYPASS
    }

    /** How a load ended. */
    enum Load {
        /** Its answer is in the cache. */
        STORED,
        /** Overtaken by an invalidation, a put, or the end of its lease. */
        DISCARDED,
        /** Its answer is not to be stored: the loader, the options or the reason say so. */
        NOT_STORED,
        /** The loader failed, or its value cannot be written. */
        FAILED,
        /** The value was loaded, but Redis refused it or did not answer. */
        FILL_FAILED
    }

    /** Why a caller got no answer. */
    enum NoAnswer {
        /** Its wait has ended: for another's load, or for a turn to load past Redis. */
        TIMEOUT,
        /** Redis answered with an error, or not, and no load may go past it. */
        REDIS,
        /** The loader failed, or the caller has done what it must not, or was interrupted. */
        OTHER
    }

    /** Whom a caller waited for. */
    enum Wait {
        /** A load in this process. */
        LOCAL,
        /** A load in another process. */
        REMOTE
    }

    /** What ended a wait for another process, for a look at the key. */
    enum Wakeup {
        /** A message. */
        PUSH,
        /** The time after which one looks anyway. */
        POLL
    }

    /** What became of a removal that could not reach Redis at first. */
    enum Removal {
        /** It is being tried again. */
        PENDING,
        /** It was done later. */
        DONE,
        /** It was given up. */
        LOST
    }

    /** How invalidations come from elsewhere. */
    enum Feed {
        /** By Pub/Sub. */
        CHANNEL,
        /** By a Redis Stream. */
        STREAM
    }

    /** What came of an event from elsewhere. */
    enum Event {
        /** The key that it names was invalidated. */
        INVALIDATED,
        /** Redis cannot be reached or cannot write; it is tried again until a bound. */
        PENDING,
        /** It names no key, or one that holds another type, or Redis has refused it. */
        SKIPPED,
        /** Not one event, but some that were missed. */
        GAP
    }

    private final MeterRegistry registry;
    private final String cache;
    private final List<Gauge> gauges = new ArrayList<>();
    private final Map<Source, Counter> gets;
    private final Map<NoAnswer, Counter> failedGets;
    private final Map<Reason, Map<Load, Timer>> loads;
    private final Map<Wait, Counter> waits;
    private final Map<Wakeup, Counter> wakeups;
    private final Map<Removal, Counter> removals;
    private final Counter unreadable;
    private final Counter unreachable;
    private final Counter failedReleases;
    private final Counter skippedRefreshes;

    CacheMetrics(MeterRegistry registry, String cache) {
        this.registry = registry;
        this.cache = cache;
        gets = each(Source.class, source -> counter("gets", "source", tag(source)));
        failedGets = each(NoAnswer.class, why -> counter("gets.failed", "cause", tag(why)));
        loads = each(Reason.class, reason -> each(Load.class, load -> timer(reason, load)));
        waits = each(Wait.class, wait -> counter("waits", "scope", tag(wait)));
        wakeups = each(Wakeup.class, wakeup -> counter("wakeups", "trigger", tag(wakeup)));
        removals = each(Removal.class, removal -> counter("removals", "state", tag(removal)));
        unreadable = registry.counter(PREFIX + "unreadable", "cache", cache);
        unreachable = registry.counter(PREFIX + "unreachable", "cache", cache);
        failedReleases = registry.counter(PREFIX + "releases.failed", "cache", cache);
        skippedRefreshes = registry.counter(PREFIX + "refreshes.skipped", "cache", cache);
    }

    void got(Source source, int times) {
        meter(gets, source).increment(times);
    }

    /** A call for one key or many has failed. */
    void getFailed(Throwable failure) {
        Throwable cause = Sync.unwrap(failure);
        NoAnswer why = cause instanceof LoadTimeoutException
                ? NoAnswer.TIMEOUT
                : RedisGuard.isUnreachable(cause) || cause instanceof RedisException ? NoAnswer.REDIS : NoAnswer.OTHER;
        meter(failedGets, why).increment();
    }

    void loaded(Reason reason, Load load, long nanos) {
        meter(meter(loads, reason), load).record(nanos, TimeUnit.NANOSECONDS);
    }

    void waited(Wait wait) {
        meter(waits, wait).increment();
    }

    void woken(Wakeup wakeup) {
        meter(wakeups, wakeup).increment();
    }

    void removal(Removal removal) {
        meter(removals, removal).increment();
    }

    void unreadable() {
        unreadable.increment();
    }

    void unreachable() {
        unreachable.increment();
    }

    void releaseFailed() {
        failedReleases.increment();
    }

    void refreshSkipped() {
        skippedRefreshes.increment();
    }

    /** Counts what comes from elsewhere in one way. */
    Consumer<Event> events(Feed feed) {
        Map<Event, Counter> events = each(
                Event.class,
                event -> registry.counter(PREFIX + "events", "cache", cache, "feed", tag(feed), "outcome", tag(event)));
        return event -> meter(events, event).increment();
    }

    /** Adds a number that is read when the registry is. */
    <T> void gauge(String name, T of, ToDoubleFunction<T> value) {
        gauges.add(Gauge.builder(PREFIX + name, of, value).tag("cache", cache).register(registry));
    }

    /** Takes away what is read of this cache; else the next one of its name would have no gauges. */
    @Override
    public void close() {
        gauges.forEach(registry::remove);
        gauges.clear(); // the next time they would be another's
    }

    private Counter counter(String name, String tag, String value) {
        return registry.counter(PREFIX + name, "cache", cache, tag, value);
    }

    private Timer timer(Reason reason, Load load) {
        return registry.timer(PREFIX + "loads", "cache", cache, "reason", tag(reason), "outcome", tag(load));
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
