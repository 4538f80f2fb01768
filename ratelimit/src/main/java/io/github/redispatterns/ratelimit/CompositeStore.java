package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.ScriptCall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Redis: one script call for each decision on all limits of a {@link CompositeRateLimiter}, or list of decisions. No call is
 * repeated.
 */
final class CompositeStore implements LimitStore<CompositeKey, Rules> {

    private static final LuaScript<List<@Nullable Object>> SCRIPT =
            LuaScript.list(CompositeStore.class, "ratelimit/rate_all.lua");

    private static final int FIELDS = 3;

    private final Redis redis;
    private final RateMetrics metrics;
    private volatile Rules rules;

    CompositeStore(Redis redis, Rules rules, RateMetrics metrics) {
        this.redis = redis;
        this.rules = rules;
        this.metrics = metrics;
    }

    @Override
    public Rules rule() {
        return rules;
    }

    @Override
    public void use(Rules next) {
        rules = next;
    }

    @Override
    public CompletionStage<Decision> decide(CompositeKey key, long cost) {
        return decide(key, List.of(cost)).thenApply(decisions -> decisions.get(0));
    }

    @Override
    public CompletionStage<List<Decision>> decide(CompositeKey key, List<Long> costs) {
        Rules by = rules;
        costs.forEach(by::checkCost);
        return run(by, key, "take", costs);
    }

    @Override
    public CompletionStage<Decision> peek(CompositeKey key) {
        return run(rules, key, "peek", List.of(1L)).thenApply(decisions -> decisions.get(0));
    }

    /** Of no limit: whether the server of a key decides at all. */
    CompletionStage<?> look(String key) {
        return metrics.run(SCRIPT.on(redis).key(key).arg("peek").arg(0));
    }

    /** One by one: of several keys at once some may be on their way to another master. */
    @Override
    public CompletionStage<Void> reset(CompositeKey some) {
        return CompletableFuture.allOf(some.keys().stream()
                .map(key -> redis.executeAsync(commands -> commands.unlink(key)).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletionStage<List<Decision>> run(Rules by, CompositeKey key, String mode, List<Long> costs) {
        ScriptCall<List<@Nullable Object>> call = SCRIPT.on(redis);
        key.keys().forEach(call::key);
        call.arg(mode).arg(costs.size());
        costs.forEach(call::arg);
        for (Rules.Part part : by.parts()) {
            call.arg(part.key())
                    .arg(part.named().name())
                    .arg(part.kind())
                    .arg(part.rule().first())
                    .arg(part.rule().second());
        }
        return metrics.run(call).thenApply(reply -> decisions(reply, by));
    }

    private static List<Decision> decisions(List<@Nullable Object> reply, Rules by) {
        List<Decision> decisions = new ArrayList<>();
        for (int at = 0; at < reply.size(); at += by.parts().size() * FIELDS) {
            decisions.add(decision(reply, at, by));
        }
        return decisions;
    }

    private static Decision decision(List<@Nullable Object> reply, int from, Rules by) {
        List<LimitState> all = new ArrayList<>(by.parts().size());
        int at = from;
        for (Rules.Part part : by.parts()) {
            all.add(new LimitState(
                    part.named().name(),
                    Replies.number(reply, at),
                    Replies.micros(reply, at + 1),
                    Replies.micros(reply, at + 2)));
            at += FIELDS;
        }
        return LimitState.together(all, false);
    }
}
