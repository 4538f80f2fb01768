package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;

/** {@code RBucket.get} of a value that is there. */
final class RedissonGet implements Subject {

    private final RedissonClient client;
    private final List<RBucket<byte[]>> buckets;

    RedissonGet(RedissonClient client, Place place) {
        this.client = client;
        this.buckets = RedissonSet.buckets(client, place);
        buckets.forEach(bucket -> bucket.set(Entries.value()));
    }

    @Override
    public void call(int thread) {
        check(buckets.get(thread).get());
    }

    @Override
    public CompletionStage<?> callAsync() {
        return buckets.get(0).getAsync();
    }

    @Override
    public void check(@Nullable Object reply) {
        Entries.check(reply);
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
