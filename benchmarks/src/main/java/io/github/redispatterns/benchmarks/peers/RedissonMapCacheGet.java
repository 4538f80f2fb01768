package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RMapCache;
import org.redisson.api.RedissonClient;

/** {@code RMapCache.get} of an entry that is there, and does not expire before the run ends. */
final class RedissonMapCacheGet implements Subject {

    private final RedissonClient client;
    private final RMapCache<String, byte[]> map;

    RedissonMapCacheGet(RedissonClient client, Place place) {
        this.client = client;
        this.map = client.getMapCache(place.prefix() + ":map");
        for (int thread = 0; thread < place.threads(); thread++) {
            map.fastPut(Integer.toString(thread), Entries.value(), 1, TimeUnit.HOURS);
        }
    }

    @Override
    public void call(int thread) {
        Entries.check(map.get(Integer.toString(thread)));
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
