package io.github.redispatterns.ratelimit;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks Redis as long as it answers, and else what stands in for it, if anything does. */
final class Guarded<K, R extends Terms> implements LimitStore<K, R> {

    private final LimitStore<K, R> redis;
    private final GuardedCalls calls;
    private final Function<K, String> routing;
    private final @Nullable StandIn<K, R> standIn;
    private final RateMetrics metrics;

    /**
     * Over a store of Redis's.
     *
     * @param routing one Redis key of a K, which tells the server
     * @param standIn null if failures are to be told
     */
    Guarded(
            LimitStore<K, R> redis,
            Guards guards,
            Function<K, String> routing,
            @Nullable StandIn<K, R> standIn,
            RateMetrics metrics) {
        this.redis = redis;
        this.calls = new GuardedCalls(guards);
        this.routing = routing;
        this.standIn = standIn;
        this.metrics = metrics;
    }

    @Override
    public R rule() {
        return redis.rule();
    }

    @Override
    public void use(R rule) {
        redis.use(rule);
    }

    @Override
    public CompletionStage<Decision> decide(K key, long cost) {
        R rule = rule();
        rule.checkCost(cost);
        StandIn<K, R> other = standIn;
        return calls.call(
                routing.apply(key),
                () -> redis.decide(key, cost),
                other == null ? null : () -> degraded(other.decide(rule, key, cost)));
    }

    @Override
    public CompletionStage<List<Decision>> decide(K key, List<Long> costs) {
        R rule = rule();
        costs.forEach(rule::checkCost);
        StandIn<K, R> other = standIn;
        return calls.call(
                routing.apply(key),
                () -> redis.decide(key, costs),
                other == null
                        ? null
                        : () -> costs.stream()
                                .map(cost -> degraded(other.decide(rule, key, cost)))
                                .toList());
    }

    @Override
    public CompletionStage<Decision> peek(K key) {
        R rule = rule();
        StandIn<K, R> other = standIn;
        return calls.call(
                routing.apply(key), () -> redis.peek(key), other == null ? null : () -> other.peek(rule, key));
    }

    /** Nothing stands in for that: what Redis holds is there when it is back. */
    @Override
    public CompletionStage<Void> reset(K key) {
        StandIn<K, R> other = standIn;
        if (other != null) {
            other.reset(key);
        }
        return calls.call(routing.apply(key), () -> redis.reset(key), null);
    }

    @Override
    public void close() {
        calls.close();
        redis.close();
    }

    /** Asks another question of that key; nothing stands in for Redis. */
    <T extends @Nullable Object> CompletionStage<T> call(K key, Supplier<CompletionStage<T>> question) {
        return calls.call(routing.apply(key), question, null);
    }

    private Decision degraded(Decision decision) {
        metrics.degraded();
        return decision;
    }
}
