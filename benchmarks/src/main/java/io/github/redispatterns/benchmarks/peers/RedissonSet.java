package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;

/** {@code RBucket.set}. */
final class RedissonSet implements Subject {

    private final RedissonClient client;
    private final List<RBucket<byte[]>> buckets;
    private final byte[] value = Entries.value();

    RedissonSet(RedissonClient client, Place place) {
        this.client = client;
        this.buckets = buckets(client, place);
    }

    /** One per caller. */
    static List<RBucket<byte[]>> buckets(RedissonClient client, Place place) {
        return IntStream.range(0, place.threads())
                .mapToObj(thread -> client.<byte[]>getBucket(place.prefix() + ':' + thread))
                .toList();
    }

    @Override
    public void call(int thread) {
        buckets.get(thread).set(value);
    }

    @Override
    public CompletionStage<?> callAsync() {
        return buckets.get(0).setAsync(value);
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
