package io.github.redispatterns.ratelimit;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Decides on several limits: asks Redis as long as it answers, and else what stands in for it, if anything does. All keys
 * of a call are at one server, and the first tells which.
 */
final class GuardedComposite {

    private final CompositeStore redis;
    private final GuardedCalls calls;
    private final @Nullable CompositeStandIn standIn;
    private final RateMetrics metrics;

    GuardedComposite(CompositeStore redis, Guards guards, @Nullable CompositeStandIn standIn, RateMetrics metrics) {
        this.redis = redis;
        this.calls = new GuardedCalls(guards);
        this.standIn = standIn;
        this.metrics = metrics;
    }

    List<NamedLimit> limits() {
        return redis.parts().stream().map(CompositeStore.Part::named).toList();
    }

    /** Decides from now on by this one in place of the one with its name. */
    void use(NamedLimit next) {
        redis.use(next);
    }

    void checkCost(long cost) {
        CompositeStore.checkCost(redis.parts(), cost);
    }

    CompletionStage<Decision> decide(List<String> keys, long cost) {
        List<CompositeStore.Part> by = redis.parts();
        CompositeStore.checkCost(by, cost);
        CompositeStandIn other = standIn;
        return calls.call(
                keys.get(0),
                () -> redis.decide(by, keys, cost),
                other == null ? null : () -> degraded(other.decide(by, keys, cost)));
    }

    CompletionStage<Decision> peek(List<String> keys) {
        List<CompositeStore.Part> by = redis.parts();
        CompositeStandIn other = standIn;
        return calls.call(keys.get(0), () -> redis.peek(by, keys), other == null ? null : () -> other.peek(by, keys));
    }

    /** Nothing stands in for that: what Redis holds is there when it is back. */
    CompletionStage<Void> reset(List<String> keys) {
        CompositeStandIn other = standIn;
        if (other != null) {
            other.reset(keys);
        }
        return calls.call(keys.get(0), () -> redis.reset(keys), null);
    }

    void close() {
        calls.close();
    }

    private Decision degraded(Decision decision) {
        metrics.degraded();
        return decision;
    }
}
