package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Several limits that hold at once, such as per second and per day, or per user, per IP address and in all: a call is
 * granted by all of them, or takes nothing from any.
 *
 * <p>{@link Algorithm#GCRA} is kept as {@link Algorithm#TOKEN_BUCKET} is, which decides the same; after a change of the
 * limit both keep how many permits were taken. {@link Algorithm#SLIDING_WINDOW_LOG} is refused. A limit that gets another
 * algorithm needs another name.
 *
 * <p><b>Guarantees</b>: a decision is one round trip, and atomic. What one limit refuses, no other is charged for; also
 * by a {@link Fallback}. A refusal names the limit that refuses for the longest time, and says when all of them would
 * grant the same call: exact as a single limit's. A decision says where each limit stands. Each limit lets through what
 * its {@link Algorithm} does by itself, by the server's clock. Every key has a time to live, and is gone when all permits
 * of its limits are there again; after {@link #setLimit} to a quicker limit, when they would have been by the old one.
 * Calls that travel together are decided as single calls at one instant, one after the other in the order of their
 * arrival, would be. A refusal that is repeated from memory is Redis's, grown older: it is late by as much as that one took
 * to get here, and is repeated for at most {@link RateLimiterOptions#denyFor()}.
 *
 * <p><b>Does not guarantee</b>: what {@link RateLimiter} does not either. That what another process has reset is seen
 * before {@link RateLimiterOptions#denyFor()} by whoever was refused here; what is done through this limiter is seen at
 * once. On a Cluster, that Redis decides a call on several keys while their slot moves to another master and some of them
 * are there already, or not there yet: it is tried again until the command timeout, and then fails with
 * {@link io.github.redispatterns.core.NotExecutedException}, unless there is a {@link Fallback}. A call that came while
 * another with the same ids was tried begins after it, so that it may take two timeouts, and more where more of them come
 * than travel together. Limits that share one subject have one key, and are not affected.
 *
 * <p><b>Cost</b>: one script for each decision, O(limits); {@code reset} is one command for each id. Calls with the same
 * ids that come while another is under way share a script, O(calls × limits), and a refusal that is repeated within
 * {@link RateLimiterOptions#denyFor()} costs none; calls that differ in one id have scripts of their own. A common hash
 * tag puts the limits of all users on one master of a Cluster, which is what all-or-nothing costs there. A Redis that
 * does not answer costs those the timeout whose calls are under way when it falls silent, and hardly anybody after them.
 *
 * <p><b>Keys</b>: {@code prefix:subject:{id}}, a hash of all limits of a subject, or <code>prefix:subject:{tag}:id</code>
 * if there is a {@linkplain Builder#hashTag hash tag}; of {@link NamedLimit#ALL} the id is {@code all}. They live until
 * all permits are there again.
 *
 * <p><b>Thread safety</b>: safe. Nothing is bound to a thread. Stages complete on the thread of whoever asks, on Lettuce's
 * or in the common pool, and calls with the same ids may wait for what is done there: do not block.
 *
 * <p><b>Source</b>: as the {@link Algorithm algorithms}.
 */
public final class CompositeRateLimiter implements AutoCloseable {

    private final CompositeKeys keys;
    private final LimitStore<CompositeKey, Rules> store;
    private final RateMetrics metrics;
    private final Waits waits = new Waits();
    private final ReentrantLock changing = new ReentrantLock();

    private CompositeRateLimiter(Builder from) {
        RateLimiterOptions options = from.options;
        List<String> subjects = from.subjects();
        this.keys = new CompositeKeys(from.redis.topology(), from.keys, from.hashTag, subjects);
        this.metrics = RateMetrics.ofSeveral(from.redis.meterRegistry(), options.name());
        CompositeStore scripts = new CompositeStore(from.redis, Rules.of(from.limits, subjects), metrics);
        LimitStore<CompositeKey, Rules> guarded = new Guarded<>(
                scripts,
                Guards.of(from.redis, scripts::look, options.probeInterval(), metrics),
                CompositeKey::first,
                CompositeStandIn.of(options.whenDown(), options.probeInterval(), from.limits),
                metrics);
        this.store = HotKeys.inFrontOf(guarded, from.limits.size(), options, CompositeKey::keys, metrics);
    }

    /**
     * Begins to put limits together.
     *
     * @param redis where the limits are kept; stays open until you close it
     * @param keys where among the keys; limiters that share a key space share what was taken under the same names, and
     *     nothing else may use it
     * @return a builder without a limit
     * @throws IllegalArgumentException if an argument is null
     */
    public static Builder builder(Redis redis, KeySpace keys) {
        return new Builder(Check.notNull("redis", redis), Check.notNull("keys", keys));
    }

    /**
     * Takes one permit of each limit, or none of any.
     *
     * @param ids the id of each subject; none for {@link NamedLimit#ALL}
     * @return the decision
     * @throws IllegalArgumentException if the ids are not allowed
     * @throws IllegalStateException if the limiter is closed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then the permits may have
     *     been taken
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer: then the
     *     permits may have been taken; unless there is a {@link Fallback}
     * @throws io.lettuce.core.RedisCommandExecutionException if a key holds something else; or if Redis is full, unless
     *     there is a {@link Fallback}
     */
    public Decision tryAcquire(Map<String, String> ids) {
        return tryAcquire(ids, 1);
    }

    /**
     * Takes one permit of each limit, or none of any.
     *
     * @param ids the id of each subject; none for {@link NamedLimit#ALL}
     * @return the decision; fails as {@link #tryAcquire(Map)} does
     */
    public CompletionStage<Decision> tryAcquireAsync(Map<String, String> ids) {
        return tryAcquireAsync(ids, 1);
    }

    /**
     * Takes several permits of each limit, or none of any.
     *
     * @param ids the id of each subject; none for {@link NamedLimit#ALL}
     * @param cost how many permits, from 1 to the least that one of the limits ever grants at once
     * @return the decision
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws IllegalStateException if the limiter is closed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then the permits may have
     *     been taken
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer: then the
     *     permits may have been taken; unless there is a {@link Fallback}
     * @throws io.lettuce.core.RedisCommandExecutionException if a key holds something else; or if Redis is full, unless
     *     there is a {@link Fallback}
     */
    public Decision tryAcquire(Map<String, String> ids, long cost) {
        return Sync.await(tryAcquireAsync(ids, cost));
    }

    /**
     * Takes several permits of each limit, or none of any.
     *
     * @param ids the id of each subject; none for {@link NamedLimit#ALL}
     * @param cost how many permits, from 1 to the least that one of the limits ever grants at once
     * @return the decision; fails as {@link #tryAcquire(Map, long)} does
     */
    public CompletionStage<Decision> tryAcquireAsync(Map<String, String> ids, long cost) {
        CompositeKey at = key(ids);
        return store.decide(at, cost).whenComplete((decision, failure) -> metrics.decided(decision));
    }

    /**
     * Takes several permits of each limit, and waits until all have them if need be. It sleeps for as long as the refusal
     * says and asks again.
     *
     * @param ids the id of each subject; none for {@link NamedLimit#ALL}
     * @param cost how many permits, from 1 to the least that one of the limits ever grants at once
     * @param maxWait how long to wait, at most 10 years; zero does not wait
     * @return the decision; a refusal comes at once if the wait would take longer than {@code maxWait}
     * @throws IllegalArgumentException if an argument is not allowed, or a limit was made smaller than the cost meanwhile
     * @throws IllegalStateException if the limiter is closed, also while it waits
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then nothing is asked
     *     any more, but a question that is under way may take the permits
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer: then the
     *     permits may have been taken; unless there is a {@link Fallback}
     * @throws io.lettuce.core.RedisCommandExecutionException if a key holds something else; or if Redis is full, unless
     *     there is a {@link Fallback}
     */
    public Decision acquire(Map<String, String> ids, long cost, Duration maxWait) {
        CompletableFuture<Decision> waiting = acquiring(ids, cost, maxWait);
        try {
            return Sync.await(waiting);
        } catch (RuntimeException e) {
            waiting.cancel(false);
            throw e;
        }
    }

    /**
     * Takes several permits of each limit, and waits until all have them if need be, without holding a thread.
     *
     * @param ids the id of each subject; none for {@link NamedLimit#ALL}
     * @param cost how many permits, from 1 to the least that one of the limits ever grants at once
     * @param maxWait how long to wait, at most 10 years; zero does not wait
     * @return the decision; fails as {@link #acquire} does. Cancel it to wait no more
     */
    public CompletionStage<Decision> acquireAsync(Map<String, String> ids, long cost, Duration maxWait) {
        return acquiring(ids, cost, maxWait);
    }

    /**
     * Looks without taking: what would be said to one permit now, and how many all of the limits have.
     *
     * @param ids the id of each subject; none for {@link NamedLimit#ALL}
     * @return the decision on one permit that was not taken
     * @throws IllegalArgumentException if the ids are not allowed
     * @throws IllegalStateException if the limiter is closed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer, unless there
     *     is a {@link Fallback}
     * @throws io.lettuce.core.RedisCommandExecutionException if a key holds something else; or if Redis is full, unless
     *     there is a {@link Fallback}
     */
    public Decision peek(Map<String, String> ids) {
        return Sync.await(peekAsync(ids));
    }

    /**
     * Looks without taking: what would be said to one permit now, and how many all of the limits have.
     *
     * @param ids the id of each subject; none for {@link NamedLimit#ALL}
     * @return the decision on one permit that was not taken; fails as {@link #peek} does
     */
    public CompletionStage<Decision> peekAsync(Map<String, String> ids) {
        return store.peek(key(ids));
    }

    /**
     * Forgets what was taken, of one subject or several, and which calls with them were refused here.
     * {@link NamedLimit#ALL} is forgotten only if it is named too, whatever its id. A {@link Fallback} does not stand in
     * for this.
     *
     * @param ids the id of at least one subject
     * @throws IllegalArgumentException if the ids are not allowed
     * @throws IllegalStateException if the limiter is closed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then it may be forgotten
     *     all the same
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer
     */
    public void reset(Map<String, String> ids) {
        Sync.await(resetAsync(ids));
    }

    /**
     * Forgets what was taken, of one subject or several, as {@link #reset} does.
     *
     * @param ids the id of at least one subject
     * @return completes when it was forgotten; fails as {@link #reset} does
     */
    public CompletionStage<Void> resetAsync(Map<String, String> ids) {
        CompositeKey at = keys.ofSome(ids);
        waits.ensureOpen();
        return store.reset(at);
    }

    /**
     * The limits that the next call is decided by.
     *
     * @return the limits, in the order in which they were added
     */
    public List<NamedLimit> limits() {
        return store.rule().limits();
    }

    /**
     * Decides from now on by another limit; in this process. How many permits were taken is kept. What came back of a
     * token bucket until the first call by the new limit did so at the old rate. Refusals that are remembered here are
     * forgotten. Nobody who waits is woken.
     *
     * @param name the name of the limit
     * @param limit how much is allowed in which time
     * @throws IllegalArgumentException if there is no limit of that name, or its algorithm cannot keep this one
     */
    public void setLimit(String name, Limit limit) {
        Check.text("name", name);
        Check.notNull("limit", limit);
        changing.lock();
        try {
            store.use(store.rule().with(name, limit));
        } finally {
            changing.unlock();
        }
    }

    /** Ends every wait with {@code IllegalStateException}, and takes no more calls. */
    @Override
    public void close() {
        waits.close();
        store.close();
    }

    private CompletableFuture<Decision> acquiring(Map<String, String> ids, long cost, Duration maxWait) {
        CompositeKey at = key(ids);
        if (Check.notNull("maxWait", maxWait).isNegative() || maxWait.compareTo(Check.MAX_DURATION) > 0) {
            throw new IllegalArgumentException("maxWait: must be from 0 to 10 years, is " + maxWait);
        }
        store.rule().checkCost(cost);
        CompletableFuture<Decision> result = waits.until(maxWait, () -> store.decide(at, cost));
        result.whenComplete((decision, failure) -> metrics.decided(decision));
        return result;
    }

    private CompositeKey key(Map<String, String> ids) {
        CompositeKey at = keys.ofCall(ids);
        waits.ensureOpen();
        return at;
    }

    /**
     * Puts limits together.
     *
     * <p><b>Thread safety</b>: none.
     */
    public static final class Builder {

        private static final int MOST = 20;

        private final Redis redis;
        private final KeySpace keys;
        private final List<NamedLimit> limits = new ArrayList<>();
        private @Nullable String hashTag;
        private RateLimiterOptions options = RateLimiterOptions.defaults();

        private Builder(Redis redis, KeySpace keys) {
            this.redis = redis;
            this.keys = keys;
        }

        /**
         * Adds a limit.
         *
         * @param limit what it is called, how it is kept, how much it allows, and its subject
         * @return this builder
         * @throws IllegalArgumentException if it is null, another has its name, or there are 20 already
         */
        public Builder limit(NamedLimit limit) {
            Check.notNull("limit", limit);
            if (limits.stream().anyMatch(each -> each.name().equals(limit.name()))) {
                throw new IllegalArgumentException("limit: another has the same name");
            }
            Check.range("limits", limits.size() + 1, 1, MOST);
            limits.add(limit);
            return this;
        }

        /**
         * Puts the keys of all ids into one slot of a Cluster. Limits of several subjects need that there, and
         * have all their load on one master then. Whoever changes it begins with full limits.
         *
         * @param tag what stands between the braces; any text but the empty one
         * @return this builder
         * @throws IllegalArgumentException if it is not allowed
         */
        public Builder hashTag(String tag) {
            this.hashTag = Check.text("tag", tag);
            return this;
        }

        /**
         * Says how the limiter behaves: what decides while Redis does not, how many calls travel together, for how long
         * refusals are remembered, and its name in metrics. What they say of one id holds for all ids of a call together;
         * of n limits {@link RateLimiterOptions#maxCoalesced()} / n calls travel together at most. Of
         * {@link Fallback#local} each limit has its share for each id of its subject.
         *
         * @param options the options; the {@linkplain RateLimiterOptions#defaults() defaults} if this is not called
         * @return this builder
         * @throws IllegalArgumentException if they are null, or {@code leaseAhead} is not 0
         */
        public Builder options(RateLimiterOptions options) {
            int ahead = Check.notNull("options", options).leaseAhead();
            if (ahead > 0) {
                throw new IllegalArgumentException("leaseAhead: must be 0 for several limits, is " + ahead);
            }
            this.options = options;
            return this;
        }

        /**
         * Builds the limiter.
         *
         * @return the limiter
         * @throws IllegalArgumentException if there is no limit; or if they have several subjects, Redis is a Cluster,
         *     and there is no hash tag to put them into one slot
         */
        public CompositeRateLimiter build() {
            Check.range("limits", limits.size(), 1, MOST);
            return new CompositeRateLimiter(this);
        }

        private List<String> subjects() {
            return limits.stream().map(NamedLimit::per).distinct().toList();
        }
    }
}
