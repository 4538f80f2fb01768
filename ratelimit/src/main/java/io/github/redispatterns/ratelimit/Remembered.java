package io.github.redispatterns.ratelimit;

import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is known of some keys until a time of its own. It never grows beyond its bound: what is over is looked for when it
 * is full, and what then finds no place is not remembered.
 */
final class Remembered<V> {

    /** Since all of it is looked through. */
    private static final long BETWEEN_SWEEPS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ConcurrentMap<String, V> all = new ConcurrentHashMap<>();
    private final int most;
    private final ToLongFunction<V> endNanos;
    private final LongSupplier nanoTime;
    private final AtomicLong nextSweep;

    Remembered(int most, ToLongFunction<V> endNanos, LongSupplier nanoTime) {
        this.most = most;
        this.endNanos = endNanos;
        this.nanoTime = nanoTime;
        this.nextSweep = new AtomicLong(nanoTime.getAsLong());
    }

    @Nullable V get(String key) {
        return all.get(key);
    }

    /** In the place of what was known before. False if there is no room. */
    boolean put(String key, V value) {
        if (all.replace(key, value) != null) {
            return true;
        }
        if (!hasRoom()) {
            return false;
        }
        all.put(key, value);
        return true;
    }

    /** What is known, or now is; null if there is no room. */
    @Nullable V putIfAbsent(String key, V value) {
        if (!hasRoom()) {
            return all.get(key);
        }
        V known = all.putIfAbsent(key, value);
        return known == null ? value : known;
    }

    void remove(String key) {
        all.remove(key);
    }

    void remove(String key, V value) {
        all.remove(key, value);
    }

    Map<String, V> view() {
        return Collections.unmodifiableMap(all);
    }

    int size() {
        return all.size();
    }

    private boolean hasRoom() {
        if (all.size() < most) {
            return true;
        }
        long now = nanoTime.getAsLong();
        long due = nextSweep.get();
        if (now - due >= 0 && nextSweep.compareAndSet(due, now + BETWEEN_SWEEPS_NANOS)) {
            all.values().removeIf(value -> endNanos.applyAsLong(value) - now <= 0);
        }
        return all.size() < most;
    }
}
