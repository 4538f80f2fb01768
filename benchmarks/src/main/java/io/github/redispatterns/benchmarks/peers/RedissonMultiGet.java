package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.redisson.api.RBuckets;
import org.redisson.api.RedissonClient;

/** {@code RBuckets.get} of 100 values that are there: its {@code MGET}. */
final class RedissonMultiGet implements Subject {

    private final RedissonClient client;
    private final RBuckets buckets;

    /** By caller. */
    private final List<String[]> keys;

    RedissonMultiGet(RedissonClient client, Place place) {
        this.client = client;
        this.buckets = client.getBuckets();
        this.keys = IntStream.range(0, place.threads())
                .mapToObj(thread -> Entries.names(thread).stream()
                        .map(name -> place.prefix() + ':' + name)
                        .toArray(String[]::new))
                .toList();
        for (String[] some : keys) {
            Map<String, byte[]> entries = new HashMap<>();
            List.of(some).forEach(key -> entries.put(key, Entries.value()));
            buckets.set(entries);
        }
    }

    @Override
    public void call(int thread) {
        Map<String, byte[]> values = buckets.get(keys.get(thread));
        Entries.checkAll(values.values());
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
