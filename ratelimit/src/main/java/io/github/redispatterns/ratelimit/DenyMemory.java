package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Refuses again what Redis has refused, until that would be granted. It only ever refuses: what is granted, Redis grants.
 *
 * <p>The time runs from when the refusal was received. So whoever waits for {@code retryAfter}, Redis's or ours, comes
 * when Redis grants it, and nobody is refused for longer than that but by the time that the reply took to get here. Only
 * the same cost under the same limit is refused: of another one it is not known when it would be granted.
 */
final class DenyMemory implements LimitStore {

    /** What was refused, and when that would be granted, when all is there again and when to ask Redis, by our clock. */
    private record Refusal(
            Rule rule, long cost, long remaining, long grantedNanos, long resetNanos, long forgottenNanos) {}

    private final LimitStore inner;
    private final RateMetrics metrics;
    private final LongSupplier nanoTime;
    private final long longestNanos;
    private final Remembered<Refusal> refusals;

    DenyMemory(LimitStore inner, int most, Duration longest, RateMetrics metrics, LongSupplier nanoTime) {
        this.inner = inner;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.longestNanos = longest.toNanos();
        this.refusals = new Remembered<>(most, Refusal::forgottenNanos, nanoTime);
    }

    @Override
    public Rule rule() {
        return inner.rule();
    }

    @Override
    public void use(Rule rule) {
        inner.use(rule);
    }

    @Override
    public CompletionStage<Decision> decide(String key, long cost) {
        Rule rule = rule();
        Refusal known = refusals.get(key);
        if (known != null) {
            long now = nanoTime.getAsLong();
            if (known.forgottenNanos() - now <= 0 || !known.rule().equals(rule)) {
                refusals.remove(key, known);
            } else if (known.cost() == cost) {
                metrics.denied();
                return CompletableFuture.completedFuture(again(known, now));
            }
        }
        return inner.decide(key, cost).thenApply(decision -> {
            if (!decision.allowed() && !decision.degraded()) {
                remember(key, cost, rule, decision);
            }
            return decision;
        });
    }

    @Override
    public CompletionStage<List<Decision>> decide(String key, List<Long> costs) {
        return inner.decide(key, costs);
    }

    @Override
    public CompletionStage<Decision> peek(String key) {
        return inner.peek(key).thenApply(decision -> {
            Refusal known = refusals.get(key);
            if (known != null && decision.remaining() >= known.cost()) {
                refusals.remove(key, known);
            }
            return decision;
        });
    }

    /** When it is done, since before that a refusal may still come. */
    @Override
    public CompletionStage<Void> reset(String key) {
        return inner.reset(key).whenComplete((done, failure) -> refusals.remove(key));
    }

    @Override
    public void close() {
        inner.close();
    }

    /** For tests. */
    int size() {
        return refusals.size();
    }

    private void remember(String key, long cost, Rule rule, Decision decision) {
        long now = nanoTime.getAsLong();
        long waitNanos = decision.retryAfter().toNanos();
        long forgotten = now + Math.min(waitNanos, longestNanos);
        Refusal known = refusals.get(key);
        if (known != null && known.cost() == cost && known.rule().equals(rule)) {
            long earlier = known.forgottenNanos() - now; // who was told so then must not find a later one here
            forgotten = earlier > 0 && earlier < forgotten - now ? known.forgottenNanos() : forgotten;
        }
        refusals.put(
                key,
                new Refusal(
                        rule,
                        cost,
                        decision.remaining(),
                        now + waitNanos,
                        now + decision.resetAfter().toNanos(),
                        forgotten));
    }

    private static Decision again(Refusal known, long now) {
        return new Decision(
                false,
                known.remaining(),
                Duration.ofNanos(known.grantedNanos() - now),
                Duration.ofNanos(known.resetNanos() - now),
                false,
                Optional.empty());
    }
}
