package io.github.redispatterns.ratelimit;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is known of some keys until a time of its own. It never grows beyond its bound: whoever comes when it is full looks
 * through a few of those that are known, further on than the last one did, and takes out what is over. What then finds no
 * place is not remembered.
 */
final class Remembered<K, V> {

    /** So that nobody, who may be on an I/O thread, is kept by what others have left. */
    static final int LOOKED_AT = 64;

    private final ConcurrentMap<K, V> all = new ConcurrentHashMap<>();
    private final int most;
    private final ToLongFunction<V> endNanos;
    private final LongSupplier nanoTime;
    private final Consumer<V> over;
    private final ReentrantLock sweeping = new ReentrantLock();
    private Iterator<Map.Entry<K, V>> hand = all.entrySet().iterator();

    Remembered(int most, ToLongFunction<V> endNanos, LongSupplier nanoTime) {
        this(most, endNanos, nanoTime, value -> {});
    }

    /** {@code over}: told of each value that was taken out since its time was over. */
    Remembered(int most, ToLongFunction<V> endNanos, LongSupplier nanoTime, Consumer<V> over) {
        this.most = most;
        this.endNanos = endNanos;
        this.nanoTime = nanoTime;
        this.over = over;
    }

    @Nullable V get(K key) {
        return all.get(key);
    }

    /** In the place of what was known before. False if there is no room. */
    boolean put(K key, V value) {
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
    @Nullable V putIfAbsent(K key, V value) {
        if (!hasRoom()) {
            return all.get(key);
        }
        V known = all.putIfAbsent(key, value);
        return known == null ? value : known;
    }

    void remove(K key) {
        all.remove(key);
    }

    void remove(K key, V value) {
        all.remove(key, value);
    }

    Map<K, V> view() {
        return Collections.unmodifiableMap(all);
    }

    int size() {
        return all.size();
    }

    private boolean hasRoom() {
        if (all.size() >= most && sweeping.tryLock()) {
            try {
                sweep(nanoTime.getAsLong());
            } finally {
                sweeping.unlock();
            }
        }
        return all.size() < most;
    }

    private void sweep(long now) {
        for (int looked = 0; looked < LOOKED_AT; looked++) {
            if (!hand.hasNext()) {
                hand = all.entrySet().iterator();
                if (!hand.hasNext()) {
                    return;
                }
            }
            Map.Entry<K, V> each = hand.next();
            V value = each.getValue();
            if (endNanos.applyAsLong(value) - now <= 0 && all.remove(each.getKey(), value)) {
                over.accept(value);
            }
        }
    }
}
