package io.github.redispatterns.benchmarks.caching;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * All callers want the same missing key, from {@value #INSTANCES} clients with a share of the callers each, as if they were
 * that many processes. The load takes 50 ms.
 */
final class Stampede implements Subject {

    private static final int INSTANCES = 4;
    private static final Duration TTL = Duration.ofMinutes(1);
    private static final long LOAD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final List<CacheClient> instances;
    private final byte[] value = Entries.value();
    private final AtomicLong loads = new AtomicLong();

    /** By caller. They take part in everything together, so they are always at the same key. */
    private final long[] keys;

    Stampede(Place place, CacheClient.Opener opener) {
        keys = new long[place.threads()];
        instances =
                Stream.generate(() -> opener.open(place, TTL)).limit(INSTANCES).toList();
    }

    @Override
    public void call(int thread) {
        get(thread, () -> {
            loads.incrementAndGet();
            awaitSource();
            return value;
        });
    }

    @Override
    public void rehearse(int thread) {
        get(thread, () -> value);
    }

    private void get(int thread, Supplier<byte[]> source) {
        String key = Long.toString(keys[thread]++);
        Entries.check(instances.get(thread % INSTANCES).get(key, source));
    }

    /** The loading thread does nothing meanwhile, as one that waits for a database. */
    private static void awaitSource() {
        long end = System.nanoTime() + LOAD_NANOS;
        long left = LOAD_NANOS;
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = end - System.nanoTime();
        }
    }

    @Override
    public long loads() {
        return loads.get();
    }

    @Override
    public void close() {
        instances.forEach(CacheClient::close);
    }
}
