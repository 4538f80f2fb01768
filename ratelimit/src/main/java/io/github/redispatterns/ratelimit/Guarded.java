package io.github.redispatterns.ratelimit;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks Redis as long as it answers, and else what stands in for it, if anything does. */
final class Guarded implements LimitStore {

    private final LimitStore redis;
    private final GuardedCalls calls;
    private final @Nullable StandIn standIn;
    private final RateMetrics metrics;

    /** Null for the stand-in if failures are to be told. */
    Guarded(LimitStore redis, Guards guards, @Nullable StandIn standIn, RateMetrics metrics) {
        this.redis = redis;
        this.calls = new GuardedCalls(guards);
        this.standIn = standIn;
        this.metrics = metrics;
    }

    @Override
    public Rule rule() {
        return redis.rule();
    }

    @Override
    public void use(Rule rule) {
        redis.use(rule);
    }

    @Override
    public CompletionStage<Decision> decide(String key, long cost) {
        Rule rule = rule();
        rule.checkCost(cost);
        StandIn other = standIn;
        return calls.call(
                key,
                () -> redis.decide(key, cost),
                other == null ? null : () -> degraded(other.decide(rule, key, cost)));
    }

    @Override
    public CompletionStage<List<Decision>> decide(String key, List<Long> costs) {
        Rule rule = rule();
        costs.forEach(rule::checkCost);
        StandIn other = standIn;
        return calls.call(
                key,
                () -> redis.decide(key, costs),
                other == null
                        ? null
                        : () -> costs.stream()
                                .map(cost -> degraded(other.decide(rule, key, cost)))
                                .toList());
    }

    @Override
    public CompletionStage<Decision> peek(String key) {
        Rule rule = rule();
        StandIn other = standIn;
        return calls.call(key, () -> redis.peek(key), other == null ? null : () -> other.peek(rule, key));
    }

    /** Nothing stands in for that: what Redis holds is there when it is back. */
    @Override
    public CompletionStage<Void> reset(String key) {
        StandIn other = standIn;
        if (other != null) {
            other.reset(key);
        }
        return calls.call(key, () -> redis.reset(key), null);
    }

    @Override
    public void close() {
        calls.close();
        redis.close();
    }

    /** Asks another question of that key; nothing stands in for Redis. */
    <T extends @Nullable Object> CompletionStage<T> call(String key, Supplier<CompletionStage<T>> question) {
        return calls.call(key, question, null);
    }

    private Decision degraded(Decision decision) {
        metrics.degraded();
        return decision;
    }
}
