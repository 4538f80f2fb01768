package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A limit on how much each id may do in which time, kept in Redis for the whole fleet.
 *
 * <p><b>Guarantees</b>: a decision is atomic. By the server's clock no more is granted than the {@link Algorithm} lets
 * through, whatever the clients' clocks say; also if the server's clock is set back. What is refused takes nothing, and
 * stores nothing but what {@link #setLimit} or a clock that was set back makes of what was taken. Whoever comes again after exactly {@link Decision#retryAfter()} is granted, if nobody else has come.
 * A call whose reply was lost is not repeated, so no call takes its permits twice. Every key has a time to live, and is
 * gone when all permits are there again; after {@link #setLimit} to a quicker limit, when they would have been by the
 * old one.
 *
 * <p><b>Does not guarantee</b>: that what was taken outlives Redis's memory: a restart without persistence, a failover
 * (Redis replicates asynchronously) or an eviction forgets it, and a server's clock that is set forward lets time pass.
 * That a call that failed with {@link io.github.redispatterns.core.UnknownOutcomeException} took nothing. Any order
 * among those who wait. That what a {@link Fallback} has granted in place of Redis is within the limit: Redis does not
 * know of it. With {@link RateLimiterOptions#leaseAhead()}, the limit if Redis forgets what was taken, if another
 * process calls {@code reset} or {@code setLimit}, or if the process's machine was suspended, as its monotonic
 * clock may stand still meanwhile: each process may grant up to that many more then.
 *
 * <p><b>Cost</b>: one script for each decision, O(1), of {@link Algorithm#SLIDING_WINDOW_LOG} O(log permits + cost);
 * for a call that waits one more each time it was told to come again; {@code reset} is one command. Calls for one id
 * that come while another is under way share a script, and a refusal that is repeated within
 * {@link RateLimiterOptions#denyFor()} costs none. A Redis that does not answer costs those the timeout whose calls are
 * under way when it falls silent, and hardly anybody after them.
 *
 * <p><b>Keys</b>: {@code prefix:{id}}, a string, which lives until all permits are there again.
 *
 * <p><b>Thread safety</b>: safe. Nothing is bound to a thread. Stages complete on the thread of whoever asks, on Lettuce's
 * or in the common pool, and calls for the same id may wait for what is done there: do not block. On Lettuce's the
 * blocking twins throw {@code IllegalStateException}; in the common pool they hold up a thread of it, but no wait and no
 * look at a silent server.
 *
 * <p><b>Source</b>: as the {@link Algorithm algorithms}.
 */
public final class RateLimiter implements AutoCloseable {

    private final KeySpace keys;
    private final LimitStore<String, Rule> store;
    private final RateMetrics metrics;
    private final Waits waits = new Waits();

    private RateLimiter(KeySpace keys, LimitStore<String, Rule> store, RateMetrics metrics) {
        this.keys = keys;
        this.store = store;
        this.metrics = metrics;
    }

    /**
     * Creates a limiter with the default options.
     *
     * @param redis where the limits are kept; stays open until you close it
     * @param keys where among the keys; limiters that share a key space share what was taken, if they have the same
     *     algorithm, and nothing else may use it
     * @param algorithm how the limit is kept
     * @param limit how much is allowed in which time, for each id
     * @return the limiter
     * @throws IllegalArgumentException if an argument is not allowed, or the algorithm cannot keep the limit
     */
    public static RateLimiter create(Redis redis, KeySpace keys, Algorithm algorithm, Limit limit) {
        return create(redis, keys, algorithm, limit, RateLimiterOptions.defaults());
    }

    /**
     * Creates a limiter.
     *
     * @param redis where the limits are kept; stays open until you close it
     * @param keys where among the keys; limiters that share a key space share what was taken, if they have the same
     *     algorithm, and nothing else may use it
     * @param algorithm how the limit is kept
     * @param limit how much is allowed in which time, for each id
     * @param options how the limiter behaves
     * @return the limiter
     * @throws IllegalArgumentException if an argument is not allowed, or the algorithm cannot keep the limit: a burst for
     *     one that has none, more than 100,000 permits in a log; in a token bucket or GCRA more than one permit for each
     *     microsecond, or more than 732 days for a burst to come back; or {@code leaseAhead} for an algorithm that takes
     *     permits for good
     */
    public static RateLimiter create(
            Redis redis, KeySpace keys, Algorithm algorithm, Limit limit, RateLimiterOptions options) {
        Check.notNull("redis", redis);
        Check.notNull("keys", keys);
        Rule rule = Rule.of(algorithm, limit);
        if (Check.notNull("options", options).leaseAhead() > 0 && !algorithm.isSteady()) {
            throw new IllegalArgumentException("leaseAhead: must be 0 for " + algorithm
                    + ", of which permits cannot be given back; is " + options.leaseAhead());
        }
        RateMetrics metrics = new RateMetrics(redis.meterRegistry(), options.name());
        return new RateLimiter(keys, store(redis, rule, options, metrics), metrics);
    }

    /** From the inside out: the scripts, what stands in for them, the queue in front of both, and what need not queue. */
    private static LimitStore<String, Rule> store(
            Redis redis, Rule rule, RateLimiterOptions options, RateMetrics metrics) {
        ScriptStore scripts = new ScriptStore(redis, rule, metrics);
        Guards guards = Guards.of(redis, scripts::peek, options.probeInterval(), metrics);
        SingleStandIn standIn = SingleStandIn.of(options.whenDown(), options.probeInterval());
        LimitStore<String, Rule> guarded = new Guarded<>(scripts, guards, Function.identity(), standIn, metrics);
        LimitStore<String, Rule> store = HotKeys.inFrontOf(guarded, 1, options, List::of, metrics);
        if (options.leaseAhead() > 0) {
            Guarded<String, Rule> failing = new Guarded<>(scripts, guards, Function.identity(), null, metrics);
            Leasing.Giver giver = (by, key, permits, endNanos) ->
                    failing.call(key, () -> scripts.giveBefore(by, key, permits, endNanos));
            Duration timeout = redis.options().commandTimeout();
            store = new Leasing(store, failing, giver, options.leaseAhead(), timeout, metrics);
        }
        return store;
    }

    /**
     * Takes one permit, if there is one.
     *
     * @param id whose; any text but the empty one
     * @return the decision
     * @throws IllegalArgumentException if the id is not allowed
     * @throws IllegalStateException if the limiter is closed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then the permit may have
     *     been taken
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer: then the
     *     permit may have been taken; unless there is a {@link Fallback}
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds something else; or if Redis is full, unless
     *     there is a {@link Fallback}
     */
    public Decision tryAcquire(String id) {
        return tryAcquire(id, 1);
    }

    /**
     * Takes one permit, if there is one.
     *
     * @param id whose; any text but the empty one
     * @return the decision; fails as {@link #tryAcquire(String)} does
     */
    public CompletionStage<Decision> tryAcquireAsync(String id) {
        return tryAcquireAsync(id, 1);
    }

    /**
     * Takes several permits, or none if there are not so many.
     *
     * @param id whose; any text but the empty one
     * @param cost how many permits, from 1 to the limit's permits, or its burst if the algorithm has one; what is more can
     *     never be granted
     * @return the decision
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws IllegalStateException if the limiter is closed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then the permits may have
     *     been taken
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer: then the
     *     permits may have been taken; unless there is a {@link Fallback}
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds something else; or if Redis is full, unless
     *     there is a {@link Fallback}
     */
    public Decision tryAcquire(String id, long cost) {
        return Sync.await(tryAcquireAsync(id, cost));
    }

    /**
     * Takes several permits, or none if there are not so many.
     *
     * @param id whose; any text but the empty one
     * @param cost how many permits, from 1 to the limit's permits, or its burst if the algorithm has one
     * @return the decision; fails as {@link #tryAcquire(String, long)} does
     */
    public CompletionStage<Decision> tryAcquireAsync(String id, long cost) {
        String key = key(id);
        return counted(() -> store.decide(key, cost));
    }

    /**
     * Takes several permits, and waits for them if need be. It sleeps for as long as the refusal says and asks again, so
     * an uncontended wait asks twice.
     *
     * @param id whose; any text but the empty one
     * @param cost how many permits, from 1 to the limit's permits, or its burst if the algorithm has one
     * @param maxWait how long to wait, at most 10 years; zero does not wait
     * @return the decision; a refusal comes at once if the wait would take longer than {@code maxWait}
     * @throws IllegalArgumentException if an argument is not allowed, or the limit was made smaller than the cost meanwhile
     * @throws IllegalStateException if the limiter is closed, also while it waits
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then nothing is asked
     *     any more, but a question that is under way may take the permits
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer: then the
     *     permits may have been taken; unless there is a {@link Fallback}
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds something else; or if Redis is full, unless
     *     there is a {@link Fallback}
     */
    public Decision acquire(String id, long cost, Duration maxWait) {
        CompletableFuture<Decision> waiting = acquiring(id, cost, maxWait);
        try {
            return Sync.await(waiting);
        } catch (RuntimeException e) {
            waiting.cancel(false);
            throw e;
        }
    }

    /**
     * Takes several permits, and waits for them if need be, without holding a thread.
     *
     * @param id whose; any text but the empty one
     * @param cost how many permits, from 1 to the limit's permits, or its burst if the algorithm has one
     * @param maxWait how long to wait, at most 10 years; zero does not wait
     * @return the decision; fails as {@link #acquire(String, long, Duration)} does. Cancel it to wait no more
     */
    public CompletionStage<Decision> acquireAsync(String id, long cost, Duration maxWait) {
        return acquiring(id, cost, maxWait);
    }

    /**
     * Looks without taking: what {@link #tryAcquire(String)} would say now, and how many permits there are.
     *
     * @param id whose; any text but the empty one
     * @return the decision on one permit that was not taken
     * @throws IllegalArgumentException if the id is not allowed
     * @throws IllegalStateException if the limiter is closed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer, unless there
     *     is a {@link Fallback}
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds something else; or if Redis is full, unless
     *     there is a {@link Fallback}
     */
    public Decision peek(String id) {
        return Sync.await(peekAsync(id));
    }

    /**
     * Looks without taking: what {@link #tryAcquire(String)} would say now, and how many permits there are.
     *
     * @param id whose; any text but the empty one
     * @return the decision on one permit that was not taken; fails as {@link #peek} does
     */
    public CompletionStage<Decision> peekAsync(String id) {
        return store.peek(key(id));
    }

    /**
     * Forgets what an id has taken, whatever the key holds; also what is
     * {@linkplain RateLimiterOptions#leaseAhead() held ahead} here, for which it waits if that is just being fetched. A
     * {@link Fallback} does not stand in for this.
     *
     * @param id whose; any text but the empty one
     * @throws IllegalArgumentException if the id is not allowed
     * @throws IllegalStateException if the limiter is closed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then it may be forgotten
     *     all the same
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer
     */
    public void reset(String id) {
        Sync.await(resetAsync(id));
    }

    /**
     * Forgets what an id has taken, whatever the key holds.
     *
     * @param id whose; any text but the empty one
     * @return completes when it was forgotten; fails as {@link #reset} does
     */
    public CompletionStage<Void> resetAsync(String id) {
        return store.reset(key(id));
    }

    /**
     * The limit that the next call is decided by.
     *
     * @return the limit
     */
    public Limit limit() {
        return store.rule().limit();
    }

    /**
     * Decides from now on by another limit; in this process, and for all ids. What was taken stays taken, but with
     * {@link Algorithm#GCRA}: a token bucket, the windows and the log keep how many permits were, at most as many as the
     * new limit has; GCRA keeps the time until all are there again, at most what the new limit takes for that. Into a
     * token bucket tokens come back by the old limit until an id's next call, and by the new one from then on.
     *
     * <p>Nobody who waits is woken. As long as processes with different limits share a key, each cuts what it grants to its
     * own, a token bucket fills by the limit of whoever asked last, and the slower limit does not hold: change all of them
     * within one period, or take another key space.
     *
     * @param limit how much is allowed in which time, for each id
     * @throws IllegalArgumentException if it is null, or the algorithm cannot keep it
     */
    public void setLimit(Limit limit) {
        store.use(Rule.of(store.rule().algorithm(), limit));
    }

    /**
     * Ends every wait with {@code IllegalStateException}, and takes no more calls. Permits that are
     * {@linkplain RateLimiterOptions#leaseAhead() held ahead} are given back, which takes the command timeout at most;
     * what cannot be told to Redis by then comes back by itself.
     */
    @Override
    public void close() {
        waits.close();
        store.close();
    }

    private CompletableFuture<Decision> acquiring(String id, long cost, Duration maxWait) {
        String key = key(id);
        if (Check.notNull("maxWait", maxWait).isNegative() || maxWait.compareTo(Check.MAX_DURATION) > 0) {
            throw new IllegalArgumentException("maxWait: must be from 0 to 10 years, is " + maxWait);
        }
        store.rule().checkCost(cost);
        CompletableFuture<Decision> result = waits.until(maxWait, () -> store.decide(key, cost));
        result.whenComplete((decision, failure) -> metrics.decided(decision));
        return result;
    }

    private CompletionStage<Decision> counted(Supplier<CompletionStage<Decision>> question) {
        return question.get().whenComplete((decision, failure) -> metrics.decided(decision));
    }

    private String key(String id) {
        String key = keys.key(id);
        waits.ensureOpen();
        return key;
    }
}
