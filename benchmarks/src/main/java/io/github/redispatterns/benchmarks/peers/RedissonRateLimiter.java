package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.PermitDemand;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;

/**
 * {@code RRateLimiter.tryAcquire} of one permit.
 *
 * <p>Its limiter holds a sorted set with a member for each permit of the last period, so its period here is a second
 * where there is enough: else the set would grow through the whole run.
 */
final class RedissonRateLimiter implements Subject {

    private static final long ENOUGH_FOR_A_SECOND = 1_000_000;
    private static final int TOGETHER = 256;

    private final RedissonClient client;
    private final PermitDemand demand;
    private final Consumer<@Nullable Object> checker;
    private final List<RRateLimiter> limiters;

    RedissonRateLimiter(RedissonClient client, Place place, PermitDemand demand) {
        this.client = client;
        this.demand = demand;
        this.checker = demand.checker();
        this.limiters = demand.names(place).stream().map(client::getRateLimiter).toList();
        long permits = demand.isScarce() ? demand.permits() : ENOUGH_FOR_A_SECOND;
        Duration period = demand.isScarce() ? demand.period() : Duration.ofSeconds(1);
        awaitAll(limiter -> limiter.trySetRateAsync(RateType.OVERALL, permits, period));
    }

    @Override
    public void call(int thread) {
        check(limiters.get(demand.next()).tryAcquire());
    }

    @Override
    public CompletionStage<?> callAsync() {
        return limiters.get(demand.next()).tryAcquireAsync();
    }

    @Override
    public void check(@Nullable Object reply) {
        checker.accept(reply);
    }

    @Override
    public void populate() {
        awaitAll(limiter -> limiter.tryAcquireAsync().thenAccept(this::check));
    }

    /**
     * Many at once: ten thousand one after the other would take longer than what is measured, and all of them together
     * longer than Redisson lets a command wait for a connection.
     */
    private void awaitAll(Function<RRateLimiter, CompletionStage<?>> operation) {
        for (int from = 0; from < limiters.size(); from += TOGETHER) {
            limiters.subList(from, Math.min(from + TOGETHER, limiters.size())).stream()
                    .map(operation)
                    .map(CompletionStage::toCompletableFuture)
                    .toList()
                    .forEach(CompletableFuture::join);
        }
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
