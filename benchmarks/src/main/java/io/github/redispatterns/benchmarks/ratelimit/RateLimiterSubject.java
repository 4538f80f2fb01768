package io.github.redispatterns.benchmarks.ratelimit;

import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.limit.HandleSubject;
import io.github.redispatterns.benchmarks.limit.PermitKeys;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.Decision;
import io.github.redispatterns.ratelimit.Limit;
import io.github.redispatterns.ratelimit.RateLimiter;
import io.github.redispatterns.ratelimit.RateLimiterOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Our {@code tryAcquire} of one permit. */
final class RateLimiterSubject extends HandleSubject {

    private final PermitKeys keys;
    private final List<String> ids;
    private final RateLimiter limiter;

    RateLimiterSubject(Place place, PermitKeys keys, Algorithm algorithm, RateLimiterOptions options) {
        super(place);
        this.keys = keys;
        this.ids = IntStream.range(0, keys.names(place).size())
                .mapToObj(Integer::toString)
                .toList();
        Limit limit = Limit.of(PermitKeys.PERMITS_PER_SECOND, Duration.ofSeconds(1));
        this.limiter = RateLimiter.create(redis, KeySpace.of(place.prefix()), algorithm, limit, options);
    }

    @Override
    public void call(int thread) {
        check(limiter.tryAcquire(ids.get(keys.next())));
    }

    @Override
    public CompletionStage<?> callAsync() {
        return limiter.tryAcquireAsync(ids.get(keys.next()));
    }

    @Override
    public void check(@Nullable Object reply) {
        Granted.check(reply instanceof Decision decision && decision.allowed());
    }

    @Override
    public void populate() {
        call(0);
    }

    @Override
    public void close() {
        limiter.close();
        super.close();
    }
}
