package io.github.redispatterns.benchmarks.peers;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code Bucket.tryConsume(1)}, on a proxy that is built for the call. */
final class Bucket4jRateLimiter implements Subject {

    private final LettucePeerClient client;
    private final ProxyManager<byte[]> manager;
    private final Bucket4jBuckets buckets;

    Bucket4jRateLimiter(LettucePeerClient client, ProxyManager<byte[]> manager, Bucket4jBuckets buckets) {
        this.client = client;
        this.manager = manager;
        this.buckets = buckets;
    }

    @Override
    public void call(int thread) {
        check(bucket(buckets.names().get(buckets.next())).tryConsume(1));
    }

    private Bucket bucket(byte[] name) {
        return manager.builder().build(name, buckets::limit);
    }

    @Override
    public CompletionStage<?> callAsync() {
        return manager.asAsync()
                .builder()
                .build(buckets.names().get(buckets.next()), () -> CompletableFuture.completedFuture(buckets.limit()))
                .tryConsume(1);
    }

    @Override
    public void check(@Nullable Object reply) {
        buckets.check(reply);
    }

    @Override
    public void close() {
        client.close();
    }
}
