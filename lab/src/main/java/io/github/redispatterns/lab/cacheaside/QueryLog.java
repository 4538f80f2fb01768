package io.github.redispatterns.lab.cacheaside;

import java.time.Duration;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a database is asked: how many costly queries in all, how many at once, and how many in its busiest moment. */
final class QueryLog {

    /** How exact the times of queries are kept. */
    private static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final AtomicLong queries = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final ConcurrentNavigableMap<Long, LongAdder> slots = new ConcurrentSkipListMap<>();
    private volatile long last = System.nanoTime();

    /** A query begins. */
    void begin() {
        long now = System.nanoTime();
        last = now;
        queries.incrementAndGet();
        mostAtOnce.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        slots.computeIfAbsent(now / SLOT_NANOS, slot -> new LongAdder()).increment();
    }

    /** A query has ended. */
    void end() {
        underWay.decrementAndGet();
    }

    /** Forgets what {@link #mostAtOnce} and {@link #mostWithin} tell of the past. */
    void forgetPeaks() {
        slots.clear();
        mostAtOnce.set(underWay.get());
    }

    /** How many queries in all. */
    long queries() {
        return queries.get();
    }

    /** How many queries at once, at most. */
    int mostAtOnce() {
        return mostAtOnce.get();
    }

    /** How many queries began within this time, wherever it lay, at most; to 10 ms. */
    long mostWithin(Duration time) {
        long width = Math.max(1, time.toNanos() / SLOT_NANOS);
        return slots.keySet().stream()
                .mapToLong(first -> slots.subMap(first, first + width).values().stream()
                        .mapToLong(LongAdder::sum)
                        .sum())
                .max()
                .orElse(0);
    }

    /** When the last query began, a monotonic time, ns; if there was none, when this was made. */
    long lastNanos() {
        return last;
    }
}
