package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks Redis as long as it answers, and else what stands in for it, if anything does. */
final class Guarded implements LimitStore {

    private final LimitStore redis;
    private final Guards guards;
    private final @Nullable StandIn standIn;
    private final RateMetrics metrics;

    /** Null for the stand-in if failures are to be told. */
    Guarded(LimitStore redis, Guards guards, @Nullable StandIn standIn, RateMetrics metrics) {
        this.redis = redis;
        this.guards = guards;
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
        return call(
                key,
                () -> redis.decide(key, cost),
                other == null ? null : () -> degraded(other.decide(rule, key, cost)));
    }

    @Override
    public CompletionStage<List<Decision>> decide(String key, List<Long> costs) {
        Rule rule = rule();
        costs.forEach(rule::checkCost);
        StandIn other = standIn;
        return call(
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
        return call(key, () -> redis.peek(key), other == null ? null : () -> other.peek(rule, key));
    }

    /** Nothing stands in for that: what Redis holds is there when it is back. */
    @Override
    public CompletionStage<Void> reset(String key) {
        StandIn other = standIn;
        if (other != null) {
            other.reset(key);
        }
        return call(key, () -> redis.reset(key), null);
    }

    @Override
    public void close() {
        guards.close();
        redis.close();
    }

    /** Asks a question of that key, or what answers it instead; null if nothing does. */
    <T extends @Nullable Object> CompletionStage<T> call(
            String key, Supplier<CompletionStage<T>> question, @Nullable Supplier<T> instead) {
        Guard guard = guards.of(key);
        if (!guard.mayCall(key)) {
            return instead == null
                    ? CompletableFuture.failedFuture(leftAlone())
                    : CompletableFuture.completedFuture(instead.get());
        }
        long sent = System.nanoTime();
        return question.get().handle((answer, failure) -> {
            if (failure == null) {
                guard.answered(sent);
                return answer;
            }
            Throwable cause = Sync.unwrap(failure);
            guard.failed(key, sent, cause);
            if (instead == null || !(Guard.isUnreachable(cause) || cannotStore(cause))) {
                throw new CompletionException(cause);
            }
            return instead.get();
        });
    }

    private Decision degraded(Decision decision) {
        metrics.degraded();
        return decision;
    }

    private static NotExecutedException leftAlone() {
        return new NotExecutedException("Redis did not answer a moment ago, and is left alone for now", null);
    }

    /** It answers, but is full, has trouble with its disk, or has too few replicas. */
    private static boolean cannotStore(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof RedisCommandExecutionException
                && (message.startsWith("OOM") || message.startsWith("MISCONF") || message.startsWith("NOREPLICAS"));
    }
}
