package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.ScriptCall;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Redis: one script call for each decision on all limits of a {@link CompositeRateLimiter}. No call is repeated. */
final class CompositeStore {

    private static final LuaScript<List<@Nullable Object>> SCRIPT =
            LuaScript.list(CompositeStore.class, "ratelimit/rate_all.lua");

    private static final int FIELDS = 3;

    /** One limit, and which of a call's keys is its own. */
    record Part(NamedLimit named, Rule rule, int key) {

        String keyOf(List<String> keys) {
            return keys.get(key - 1);
        }

        String kind() {
            return switch (rule.algorithm()) {
                case TOKEN_BUCKET, GCRA -> "B";
                case FIXED_WINDOW -> "F";
                case SLIDING_WINDOW_COUNTER -> "C";
                case SLIDING_WINDOW_LOG -> throw new IllegalStateException("No composite has a log");
            };
        }
    }

    private final Redis redis;
    private final List<String> subjects;
    private final RateMetrics metrics;
    private volatile List<Part> parts;

    /** A call's keys are in the order of the subjects. */
    CompositeStore(Redis redis, List<NamedLimit> limits, List<String> subjects, RateMetrics metrics) {
        this.redis = redis;
        this.subjects = subjects;
        this.metrics = metrics;
        this.parts = limits.stream().map(this::part).toList();
    }

    /** What the next call is decided by. */
    List<Part> parts() {
        return parts;
    }

    /** Decides from now on by this one in place of the one with its name. */
    synchronized void use(NamedLimit next) {
        parts = parts.stream()
                .map(each -> each.named().name().equals(next.name()) ? part(next) : each)
                .toList();
    }

    static void checkCost(List<Part> by, long cost) {
        by.forEach(part -> part.rule().checkCost(cost));
    }

    CompletionStage<Decision> decide(List<Part> by, List<String> keys, long cost) {
        return run(by, keys, cost, "take");
    }

    CompletionStage<Decision> peek(List<Part> by, List<String> keys) {
        return run(by, keys, 1, "peek");
    }

    /** Of no limit: whether the server of a key decides at all. */
    CompletionStage<?> look(String key) {
        return timed(SCRIPT.on(redis).key(key).arg("peek").arg(0));
    }

    /** One by one: of several keys at once some may be on their way to another master. */
    CompletionStage<Void> reset(List<String> keys) {
        return CompletableFuture.allOf(keys.stream()
                .map(key -> redis.executeAsync(commands -> commands.unlink(key)).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    private Part part(NamedLimit named) {
        return new Part(named, Rule.of(named.algorithm(), named.limit()), subjects.indexOf(named.per()) + 1);
    }

    private CompletionStage<Decision> run(List<Part> by, List<String> keys, long cost, String mode) {
        ScriptCall<List<@Nullable Object>> call = SCRIPT.on(redis);
        keys.forEach(call::key);
        call.arg(mode).arg(1).arg(cost);
        for (Part part : by) {
            call.arg(part.key())
                    .arg(part.named().name())
                    .arg(part.kind())
                    .arg(part.rule().first())
                    .arg(part.rule().second());
        }
        return timed(call).thenApply(reply -> decision(reply, by));
    }

    private CompletionStage<List<@Nullable Object>> timed(ScriptCall<List<@Nullable Object>> call) {
        long began = System.nanoTime();
        return call.runAsync().whenComplete((reply, failure) -> metrics.ran(System.nanoTime() - began));
    }

    private static Decision decision(List<@Nullable Object> reply, List<Part> by) {
        List<LimitState> all = new ArrayList<>(by.size());
        for (Part part : by) {
            int at = all.size() * FIELDS;
            all.add(new LimitState(
                    part.named().name(), number(reply, at + 1), micros(reply, at), micros(reply, at + 2)));
        }
        return LimitState.together(all, false);
    }

    private static Duration micros(List<@Nullable Object> reply, int at) {
        return Duration.of(number(reply, at), ChronoUnit.MICROS);
    }

    private static long number(List<@Nullable Object> reply, int at) {
        return (Long) Objects.requireNonNull(reply.get(at));
    }
}
