package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds permits of hot ids ahead, and grants from them without asking. What it does not hold is asked for as ever, also
 * by a call that costs more than what is held.
 */
final class Leasing implements LimitStore<String, Rule> {

    private static final int MOST_IDS = 10_000;

    /** With fewer permits most of a batch would be gone when it is here; one is coming back at once. */
    private static final int LEAST = RateLimiterOptions.LEAST_LEASED / 2;

    /** After a batch that could not be had, or was of no use, at least. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Gives back permits that were taken by a rule, and that have come back by themselves at that time. */
    interface Giver {
        CompletionStage<Long> give(Rule rule, String key, long permits, long endNanos);
    }

    private final LimitStore<String, Rule> inner;
    private final LimitStore<String, Rule> source;
    private final Giver giver;
    private final int most;
    private final Duration longest;
    private final RateMetrics metrics;
    private final Remembered<String, Supply> supplies =
            new Remembered<>(MOST_IDS, Supply::endNanos, System::nanoTime, Supply::end);

    /**
     * Makes the store.
     *
     * @param inner decides on calls
     * @param source is asked for batches; it must not make any up
     * @param most how many permits of an id to hold
     * @param longest how long closing may take
     */
    Leasing(
            LimitStore<String, Rule> inner,
            LimitStore<String, Rule> source,
            Giver giver,
            int most,
            Duration longest,
            RateMetrics metrics) {
        this.inner = inner;
        this.source = source;
        this.giver = giver;
        this.most = most;
        this.longest = longest;
        this.metrics = metrics;
    }

    @Override
    public Rule rule() {
        return inner.rule();
    }

    /** What is held was taken by another limit: what that is by the new one nobody knows, so it comes back by itself. */
    @Override
    public void use(Rule rule) {
        inner.use(rule);
        supplies.view().forEach((key, supply) -> {
            supply.forget(System.nanoTime());
            supplies.remove(key, supply);
        });
    }

    @Override
    public CompletionStage<Decision> decide(String key, long cost) {
        Rule rule = rule();
        rule.checkCost(cost);
        if (cost > half(rule)) { // it would use up what many others can be granted from
            return inner.decide(key, cost);
        }
        Supply supply = supplies.get(key);
        long now = System.nanoTime();
        if (supply != null) {
            Decision decision = supply.take(cost, now);
            if (decision != null) {
                if (supply.fetches(now)) {
                    fetch(key, supply, now);
                }
                metrics.leased();
                return CompletableFuture.completedFuture(decision);
            }
        }
        return ask(key, cost, supply == null ? supplies.putIfAbsent(key, new Supply(now)) : supply, now);
    }

    @Override
    public CompletionStage<List<Decision>> decide(String key, List<Long> costs) {
        return inner.decide(key, costs);
    }

    @Override
    public CompletionStage<Decision> peek(String key) {
        return inner.peek(key);
    }

    /**
     * What is held is forgotten with what was taken; and what is being fetched, which therefore comes first. Meanwhile
     * the supply that has ended stays here, so that nothing is fetched by another.
     */
    @Override
    public CompletionStage<Void> reset(String key) {
        Supply ended = new Supply(System.nanoTime());
        Supply known = supplies.putIfAbsent(key, ended);
        Supply supply = known == null ? ended : known;
        supply.forget(System.nanoTime());
        return supply.fetchedAll().thenCompose(done -> inner.reset(key)).whenComplete((done, failure) -> {
            Supply last = supplies.get(key); // another one, if somebody else resets, or there was no room
            if (last != null) {
                last.forget(System.nanoTime());
                supplies.remove(key, last);
            }
        });
    }

    @Override
    public void close() {
        List<CompletableFuture<Long>> given = new ArrayList<>();
        supplies.view().forEach((key, supply) -> supply.end().forEach(batch -> given.add(give(key, batch))));
        inner.close();
        Sync.await(CompletableFuture.allOf(given.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, longest.toNanos(), TimeUnit.NANOSECONDS));
    }

    private CompletionStage<Decision> ask(String key, long cost, @Nullable Supply supply, long now) {
        CompletionStage<Decision> asked = inner.decide(key, cost);
        if (supply != null) {
            supply.asked(now);
            if (supply.fetches(now)) {
                fetch(key, supply, now);
            }
        }
        return asked;
    }

    private void fetch(String key, Supply supply, long now) {
        Rule rule = rule();
        long permits = half(rule);
        CompletionStage<Decision> asked;
        try {
            asked = source.decide(key, permits);
        } catch (RuntimeException e) { // the limit has just become smaller, perhaps too small, or the handle was closed
            supply.notFetched(now + PAUSE_NANOS);
            return;
        }
        if (!rule().equals(rule)) { // it is not known by which it was taken
            supply.notFetched(now + PAUSE_NANOS);
            return;
        }
        asked.whenComplete((decision, failure) -> {
            if (failure != null || !decision.allowed()) {
                long wait = failure == null ? decision.retryAfter().toNanos() : 0;
                supply.notFetched(System.nanoTime() + Math.max(wait, PAUSE_NANOS));
                return;
            }
            Batch batch = new Batch(rule, permits, now, decision);
            if (batch.left(System.nanoTime()) == 0) { // they come back faster than Redis answers
                supply.notFetched(System.nanoTime() + PAUSE_NANOS);
                return;
            }
            supply.fetched(batch, unused -> {
                if (supply.isForgotten() || !rule().equals(rule)) {
                    unused.takeAll(System.nanoTime());
                } else {
                    give(key, unused);
                }
            });
        });
    }

    /** None if that were too few to be of use. */
    private long half(Rule rule) {
        long half = Math.min(most, rule.capacity()) / 2;
        return half < LEAST ? 0 : half;
    }

    /** What cannot be given back comes back by itself. */
    private CompletableFuture<Long> give(String key, Batch batch) {
        long permits = batch.takeAll(System.nanoTime());
        if (permits == 0) {
            return CompletableFuture.completedFuture(0L);
        }
        return giver.give(batch.rule(), key, permits, batch.endNanos())
                .exceptionally(failure -> 0L)
                .toCompletableFuture();
    }
}
