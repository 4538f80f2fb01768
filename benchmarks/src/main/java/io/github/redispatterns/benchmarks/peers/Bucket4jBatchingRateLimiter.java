package io.github.redispatterns.benchmarks.peers;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code Bucket.tryConsume(1)} with {@code batching()}, on proxies that are kept: only calls on the same one are joined. */
final class Bucket4jBatchingRateLimiter implements Subject {

    private final LettucePeerClient client;
    private final Bucket4jBuckets names;
    private final List<Bucket> buckets;
    private final List<AsyncBucketProxy> asyncBuckets;

    Bucket4jBatchingRateLimiter(LettucePeerClient client, ProxyManager<byte[]> manager, Bucket4jBuckets names) {
        this.client = client;
        this.names = names;
        this.buckets = names.names().stream()
                .map(name -> (Bucket) manager.builder()
                        .withOptimization(Optimizations.batching())
                        .build(name, names::limit))
                .toList();
        this.asyncBuckets = names.names().stream()
                .map(name -> manager.asAsync()
                        .builder()
                        .withOptimization(Optimizations.batching())
                        .build(name, () -> CompletableFuture.completedFuture(names.limit())))
                .toList();
    }

    @Override
    public void call(int thread) {
        check(buckets.get(names.next()).tryConsume(1));
    }

    @Override
    public CompletionStage<?> callAsync() {
        return asyncBuckets.get(names.next()).tryConsume(1);
    }

    @Override
    public void check(@Nullable Object reply) {
        names.check(reply);
    }

    @Override
    public void close() {
        client.close();
    }
}
