package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.limit.PermitKeys;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;

/**
 * {@code RRateLimiter.tryAcquire} of one permit.
 *
 * <p>Its limiter holds a sorted set with a member for each permit of the last period, so its period here is a second:
 * with an hour the set would grow through the whole run.
 */
final class RedissonRateLimiter implements Subject {

    private final RedissonClient client;
    private final PermitKeys keys;
    private final List<RRateLimiter> limiters;

    RedissonRateLimiter(RedissonClient client, Place place, PermitKeys keys) {
        this.client = client;
        this.keys = keys;
        this.limiters = keys.names(place).stream().map(client::getRateLimiter).toList();
        awaitAll(limiter ->
                limiter.trySetRateAsync(RateType.OVERALL, PermitKeys.PERMITS_PER_SECOND, Duration.ofSeconds(1)));
    }

    @Override
    public void call(int thread) {
        check(limiters.get(keys.next()).tryAcquire());
    }

    @Override
    public CompletionStage<?> callAsync() {
        return limiters.get(keys.next()).tryAcquireAsync();
    }

    @Override
    public void check(@Nullable Object reply) {
        Granted.check(reply);
    }

    @Override
    public void populate() {
        awaitAll(limiter -> limiter.tryAcquireAsync().thenAccept(this::check));
    }

    /** All at once: ten thousand one after the other would take longer than what is measured. */
    private void awaitAll(Function<RRateLimiter, CompletionStage<?>> operation) {
        limiters.stream()
                .map(operation)
                .map(CompletionStage::toCompletableFuture)
                .toList()
                .forEach(CompletableFuture::join);
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
