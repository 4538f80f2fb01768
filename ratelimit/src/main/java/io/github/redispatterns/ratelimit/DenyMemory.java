package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Refuses again what Redis has refused, until that would be granted. It only ever refuses: what is granted, Redis grants.
 *
 * <p>The time runs from when the refusal was received. So whoever waits for {@code retryAfter}, Redis's or ours, comes
 * when Redis grants it, and nobody is refused for longer than that but by the time that the reply took to get here. Only
 * the same cost under the same limits is refused: of another one it is not known when it would be granted.
 *
 * <p>A refusal counts as long as nothing was reset or changed since it was asked for. That is told by a few counters: of
 * many keys some share one, and then more is forgotten than need be.
 */
final class DenyMemory<K, R extends Terms> implements LimitStore<K, R> {

    private static final int COUNTERS = 1 << 10;

    /** What was refused, at what count of resets and changes, and from when until when that is known, by our clock. */
    private record Refusal(Decision decision, long cost, long changes, long atNanos, long forgottenNanos) {}

    private final LimitStore<K, R> inner;
    private final Function<K, List<String>> keysOf;
    private final RateMetrics metrics;
    private final LongSupplier nanoTime;
    private final long longestNanos;
    private final Remembered<K, Refusal> refusals;
    private final AtomicLong otherTerms = new AtomicLong();
    private final AtomicLongArray resets = new AtomicLongArray(COUNTERS);

    /** {@code keysOf}: the Redis keys of a K, each of which a reset may name. */
    DenyMemory(
            LimitStore<K, R> inner,
            int most,
            Duration longest,
            Function<K, List<String>> keysOf,
            RateMetrics metrics,
            LongSupplier nanoTime) {
        this.inner = inner;
        this.keysOf = keysOf;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.longestNanos = longest.toNanos();
        this.refusals = new Remembered<>(most, Refusal::forgottenNanos, nanoTime);
    }

    @Override
    public R rule() {
        return inner.rule();
    }

    @Override
    public void use(R terms) {
        inner.use(terms);
        otherTerms.incrementAndGet();
    }

    @Override
    public CompletionStage<Decision> decide(K key, long cost) {
        long changes = changes(key);
        Refusal known = refusals.get(key);
        if (known != null) {
            long now = nanoTime.getAsLong();
            if (known.forgottenNanos() - now <= 0 || known.changes() != changes) {
                refusals.remove(key, known);
            } else if (known.cost() == cost) {
                metrics.denied();
                return CompletableFuture.completedFuture(known.decision().after(now - known.atNanos()));
            }
        }
        return inner.decide(key, cost).thenApply(decision -> {
            if (!decision.allowed() && !decision.degraded() && changes(key) == changes) {
                remember(key, cost, changes, decision);
            }
            return decision;
        });
    }

    @Override
    public CompletionStage<List<Decision>> decide(K key, List<Long> costs) {
        return inner.decide(key, costs);
    }

    @Override
    public CompletionStage<Decision> peek(K key) {
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
    public CompletionStage<Void> reset(K some) {
        return inner.reset(some).whenComplete((done, failure) -> {
            keysOf.apply(some).forEach(each -> resets.incrementAndGet(counter(each)));
            refusals.remove(some);
        });
    }

    @Override
    public void close() {
        inner.close();
    }

    /** For tests. */
    int size() {
        return refusals.size();
    }

    private void remember(K key, long cost, long changes, Decision decision) {
        long now = nanoTime.getAsLong();
        long forgotten = now + Math.min(decision.retryAfter().toNanos(), longestNanos);
        Refusal known = refusals.get(key);
        if (known != null && known.cost() == cost && known.changes() == changes) {
            long earlier = known.forgottenNanos() - now; // who was told so then must not find a later one here
            forgotten = earlier > 0 && earlier < forgotten - now ? known.forgottenNanos() : forgotten;
        }
        refusals.put(key, new Refusal(decision, cost, changes, now, forgotten));
    }

    /** It only grows, so it is the same only if nothing has changed. */
    private long changes(K key) {
        long sum = otherTerms.get();
        for (String each : keysOf.apply(key)) {
            sum += resets.get(counter(each));
        }
        return sum;
    }

    private static int counter(String key) {
        int hash = key.hashCode();
        return (hash ^ (hash >>> 16)) & (COUNTERS - 1);
    }
}
