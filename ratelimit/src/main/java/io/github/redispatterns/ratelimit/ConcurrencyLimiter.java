package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A limit on how many may do something at the same time, for each id, in the whole fleet: whoever begins takes a slot, and
 * gives it back when done; that of a client that dies comes back when its lease ends.
 *
 * <p><b>Guarantees</b>: as long as Redis keeps what it has confirmed, no more slots of an id are out at once, by the
 * server's clock, than the limiter that asks has. What is refused stores nothing. A slot that nobody got, since its grant
 * was lost on the way, or since the caller was interrupted or has cancelled, is given back in the background, or comes
 * back when its lease ends; none is granted twice. Every key has a time to live, and is gone with the last slot.
 *
 * <p><b>Does not guarantee</b>: that a holder which is paused for longer than its lease stops: choose a lease longer than
 * the work, or {@linkplain Slot#extend() extend} it. A failover may forget a slot, since Redis replicates
 * asynchronously. If the server's clock is set back, leases last that much longer; if it is set forward, they end that
 * much earlier. Nobody waits here: a refusal says when to come again at the latest. For a queue, and fencing tokens, take
 * {@code DistributedSemaphore} of the locks.
 *
 * <p>How many slots there are is nowhere stored: each request brings its own limiter's number.
 *
 * <p><b>If Redis does not answer</b>, nothing stands in for it: who may hold a slot only Redis knows. The first call that
 * waits in vain costs its caller the command timeout, and so does each that is under way with it; from then on the server,
 * on a Cluster that one master, is left alone until it answers a look in the background, every 500 ms while somebody
 * calls. Meanwhile acquiring and extending fail at once with {@link io.github.redispatterns.core.NotExecutedException}.
 * Giving back is sent all the same, and fails at once with
 * {@link io.github.redispatterns.core.UnknownOutcomeException}: a server that was only slow has the slot back then.
 *
 * <p><b>Cost</b>: one script to acquire, to extend and to give back, O(log slots); to acquire also O(leases that have
 * ended).
 *
 * <p><b>Keys</b>: {@code prefix:{id}}, a sorted set of the slots in use; it lives until the last lease ends.
 *
 * <p><b>Thread safety</b>: safe. It has nothing to close. Stages complete on a thread that other calls wait for: do not
 * block there.
 *
 * <p><b>Source</b>: Gray and Cheriton, "Leases", SOSP'89.
 */
public final class ConcurrencyLimiter {

    private static final int MOST = 100_000;

    private final KeySpace keys;
    private final SlotStore store;
    private final RateMetrics metrics;
    private volatile int slots;

    private ConcurrencyLimiter(KeySpace keys, int slots, SlotStore store, RateMetrics metrics) {
        this.keys = keys;
        this.slots = slots;
        this.store = store;
        this.metrics = metrics;
    }

    /**
     * Creates a limiter that metrics call {@code default}, as they do every limiter without a name: name it if there are
     * several.
     *
     * @param redis where the slots are; stays open until you close it
     * @param keys where among the keys; limiters that share a key space share the slots, and nothing else may use it
     * @param slots how many there are of each id, from 1 to 100,000
     * @param lease how long a slot lasts if it is neither extended nor given back, from 1 ms to 10 years, in whole
     *     milliseconds, rounded down; longer than the work takes
     * @return the limiter
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static ConcurrencyLimiter create(Redis redis, KeySpace keys, int slots, Duration lease) {
        return create(redis, keys, slots, lease, RateMetrics.DEFAULT_NAME);
    }

    /**
     * Creates a limiter.
     *
     * @param redis where the slots are; stays open until you close it
     * @param keys where among the keys; limiters that share a key space share the slots, and nothing else may use it
     * @param slots how many there are of each id, from 1 to 100,000
     * @param lease how long a slot lasts if it is neither extended nor given back, from 1 ms to 10 years, in whole
     *     milliseconds, rounded down; longer than the work takes
     * @param name the name in metrics, the tag {@code limiter}; unlike other limiters' of the same registry
     * @return the limiter
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static ConcurrencyLimiter create(Redis redis, KeySpace keys, int slots, Duration lease, String name) {
        Check.notNull("redis", redis);
        Check.notNull("keys", keys);
        Check.range("slots", slots, 1, MOST);
        Duration whole = Duration.ofMillis(Check.duration("lease", lease).toMillis()); // as Redis counts it
        RateMetrics metrics = RateMetrics.ofSlots(redis.meterRegistry(), Check.text("name", name));
        return new ConcurrencyLimiter(keys, slots, new SlotStore(redis, whole, metrics), metrics);
    }

    /**
     * Takes a slot, if one is free.
     *
     * @param id of what; any text but the empty one
     * @return the slot, or when one is free at the latest
     * @throws IllegalArgumentException if the id is not allowed
     * @throws io.github.redispatterns.core.CallInterruptedException if the thread is interrupted; then a slot that is
     *     granted is given back in the background
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer: then a slot
     *     may be taken until it is given back in the background, or its lease ends
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds something else, or Redis is full
     */
    public SlotDecision tryAcquire(String id) {
        CompletableFuture<SlotDecision> asking = asking(id);
        try {
            return Sync.await(asking);
        } catch (RuntimeException e) {
            if (!asking.cancel(false)) { // it may have been granted at this very moment
                asking.thenAccept(decision -> decision.slot().ifPresent(Slot::releaseAsync));
            }
            throw e;
        }
    }

    /**
     * Takes a slot, if one is free.
     *
     * @param id of what; any text but the empty one
     * @return the slot, or when one is free at the latest; fails as {@link #tryAcquire} does. Whoever cancels it gives
     *     back what it would have got
     */
    public CompletionStage<SlotDecision> tryAcquireAsync(String id) {
        return asking(id);
    }

    /**
     * Forgets all slots of an id, whatever the key holds. Their holders are not told; extending fails.
     *
     * @param id of what; any text but the empty one
     * @throws IllegalArgumentException if the id is not allowed
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer
     */
    public void reset(String id) {
        Sync.await(resetAsync(id));
    }

    /**
     * Forgets all slots of an id, as {@link #reset} does.
     *
     * @param id of what; any text but the empty one
     * @return completes when they are forgotten; fails as {@link #reset} does
     */
    public CompletionStage<Void> resetAsync(String id) {
        return store.reset(keys.key(id));
    }

    /**
     * How many slots there are of each id.
     *
     * @return the number that the next call is decided by
     */
    public int slots() {
        return slots;
    }

    /**
     * Decides from now on by another number; in this process. Slots in use stay in use: if there are more than that, none
     * is granted until enough have come back.
     *
     * @param slots how many there are of each id, from 1 to 100,000
     * @throws IllegalArgumentException if it is not allowed
     */
    public void setSlots(int slots) {
        this.slots = Check.range("slots", slots, 1, MOST);
    }

    private CompletableFuture<SlotDecision> asking(String id) {
        String key = keys.key(id);
        String token = SlotStore.token();
        long asked = System.nanoTime();
        CompletableFuture<SlotDecision> result = new CompletableFuture<>();
        store.acquire(key, token, slots).whenComplete((answer, failure) -> {
            boolean decided = failure == null && !result.isDone(); // else it failed, or was cancelled
            metrics.decided(decided ? RateMetrics.Outcome.of(answer.granted()) : RateMetrics.Outcome.FAILED);
            boolean told = failure == null
                    ? result.complete(decision(answer, key, token, asked))
                    : result.completeExceptionally(Sync.unwrap(failure));
            if (!told && failure == null && answer.granted()) {
                store.release(key, token); // nobody else will; if this fails too, the lease ends by itself
            }
        });
        return result;
    }

    private SlotDecision decision(SlotStore.Answer answer, String key, String token, long asked) {
        return new SlotDecision(
                answer.granted() ? Optional.of(new Slot(store, key, token, asked)) : Optional.empty(),
                answer.remaining(),
                Duration.of(answer.retryMicros(), ChronoUnit.MICROS));
    }
}
