package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.ScriptCall;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Redis: one script call for each decision, or list of decisions. No call is repeated whose reply was lost, since it may
 * have taken its permits.
 */
final class ScriptStore implements LimitStore<String, Rule> {

    private static final Map<Algorithm, LuaScript<List<@Nullable Object>>> SCRIPTS = new EnumMap<>(Algorithm.class);

    private static final Map<Algorithm, LuaScript<Long>> GIVES = new EnumMap<>(Algorithm.class);

    static {
        for (Algorithm each : Algorithm.values()) {
            SCRIPTS.put(each, LuaScript.list(ScriptStore.class, each.script()));
            if (each.isSteady()) {
                GIVES.put(
                        each, LuaScript.integer(ScriptStore.class, each.script().replace(".lua", "_give.lua")));
            }
        }
    }

    private static final int FIELDS = 4;

    private final Redis redis;
    private final RateMetrics metrics;
    private volatile Rule rule;

    ScriptStore(Redis redis, Rule rule, RateMetrics metrics) {
        this.redis = redis;
        this.rule = rule;
        this.metrics = metrics;
    }

    @Override
    public Rule rule() {
        return rule;
    }

    @Override
    public void use(Rule next) {
        rule = next;
    }

    @Override
    public CompletionStage<Decision> decide(String key, long cost) {
        Rule by = rule;
        by.checkCost(cost);
        return metrics.run(call(by, key, "take").arg(cost)).thenApply(reply -> decision(reply, 0));
    }

    @Override
    public CompletionStage<List<Decision>> decide(String key, List<Long> costs) {
        Rule by = rule;
        ScriptCall<List<@Nullable Object>> call = call(by, key, "take");
        costs.forEach(by::checkCost);
        costs.forEach(call::arg);
        return metrics.run(call).thenApply(ScriptStore::decisions);
    }

    @Override
    public CompletionStage<Decision> peek(String key) {
        return metrics.run(call(rule, key, "peek").arg(1)).thenApply(reply -> decision(reply, 0));
    }

    @Override
    public CompletionStage<Void> reset(String key) {
        return redis.executeAsync(commands -> commands.unlink(key)).thenAccept(removed -> {});
    }

    /** Gives back what was taken by that rule and not used, unless it has come back by itself at that time of ours. */
    CompletionStage<Long> giveBefore(Rule by, String key, long permits, long endNanos) {
        return give(by, key, 0, 0)
                .thenCompose(
                        serverMicros -> { // which was a moment ago, so that the end is none too late
                            long leftMicros = TimeUnit.NANOSECONDS.toMicros(endNanos - System.nanoTime());
                            return leftMicros <= 0
                                    ? CompletableFuture.completedFuture(0L)
                                    : give(by, key, permits, serverMicros + leftMicros);
                        });
    }

    /** The same with that time by the server's clock. Of no permits: what that says. */
    CompletionStage<Long> give(Rule by, String key, long permits, long endMicros) {
        return Objects.requireNonNull(GIVES.get(by.algorithm()))
                .on(redis)
                .key(key)
                .arg(by.first())
                .arg(permits)
                .arg(endMicros)
                .runAsync();
    }

    private ScriptCall<List<@Nullable Object>> call(Rule by, String key, String mode) {
        return Objects.requireNonNull(SCRIPTS.get(by.algorithm()))
                .on(redis)
                .key(key)
                .arg(by.first())
                .arg(by.second())
                .arg(mode);
    }

    private static List<Decision> decisions(List<@Nullable Object> reply) {
        List<Decision> decisions = new ArrayList<>(reply.size() / FIELDS);
        for (int at = 0; at < reply.size(); at += FIELDS) {
            decisions.add(decision(reply, at));
        }
        return decisions;
    }

    private static Decision decision(List<@Nullable Object> reply, int at) {
        return new Decision(
                Replies.number(reply, at) == 1,
                Replies.number(reply, at + 1),
                Replies.micros(reply, at + 2),
                Replies.micros(reply, at + 3),
                false,
                Optional.empty());
    }
}
