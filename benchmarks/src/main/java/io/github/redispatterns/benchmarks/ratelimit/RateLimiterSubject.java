package io.github.redispatterns.benchmarks.ratelimit;

import io.github.redispatterns.benchmarks.limit.HandleSubject;
import io.github.redispatterns.benchmarks.limit.PermitDemand;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.Decision;
import io.github.redispatterns.ratelimit.Limit;
import io.github.redispatterns.ratelimit.RateLimiter;
import io.github.redispatterns.ratelimit.RateLimiterOptions;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Our {@code tryAcquire} of one permit. */
final class RateLimiterSubject extends HandleSubject {

    private final PermitDemand demand;
    private final Consumer<@Nullable Object> checker;
    private final List<String> ids;
    private final RateLimiter limiter;

    RateLimiterSubject(Place place, PermitDemand demand, Algorithm algorithm, RateLimiterOptions options) {
        super(place);
        this.demand = demand;
        this.checker = demand.checker();
        this.ids = IntStream.range(0, demand.names(place).size())
                .mapToObj(Integer::toString)
                .toList();
        Limit limit = Limit.of(demand.permits(), demand.period());
        this.limiter = RateLimiter.create(redis, KeySpace.of(place.prefix()), algorithm, limit, options);
    }

    @Override
    public void call(int thread) {
        check(limiter.tryAcquire(ids.get(demand.next())));
    }

    @Override
    public CompletionStage<?> callAsync() {
        return limiter.tryAcquireAsync(ids.get(demand.next()));
    }

    @Override
    public void check(@Nullable Object reply) {
        checker.accept(reply instanceof Decision decision ? decision.allowed() : null);
    }

    @Override
    public void close() {
        limiter.close();
        super.close();
    }
}
