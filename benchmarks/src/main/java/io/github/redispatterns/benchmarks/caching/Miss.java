package io.github.redispatterns.benchmarks.caching;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Each call reads a key that nobody has read before, and its load takes no time: what remains is the cache's own work. */
final class Miss implements Subject {

    /** Entries are never read again, and there are many. */
    private static final Duration TTL = Duration.ofSeconds(2);

    private final CacheClient client;
    private final byte[] value = Entries.value();
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong loads = new AtomicLong();

    Miss(Place place, CacheClient.Opener opener) {
        client = opener.open(place, TTL);
    }

    @Override
    public void call(int thread) {
        Entries.check(client.get(Long.toString(keys.incrementAndGet()), () -> {
            loads.incrementAndGet();
            return value;
        }));
    }

    @Override
    public long loads() {
        return loads.get();
    }

    @Override
    public void close() {
        client.close();
    }
}
