package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A limit on how many may do something at the same time, for each id, in the whole fleet: whoever begins takes a slot, and
 * gives it back when done; that of a client that dies comes back when its lease ends.
 *
 * <p><b>Guarantees</b>: as long as Redis keeps what it has confirmed, no slot of an id is granted while as many leases
 * have not ended, by the server's clock, as the limiter has slots. What is refused stores nothing. A slot whose grant was
 * lost on the way is given back, or comes back when its lease ends; none is granted twice. Every key has a time to live,
 * and is gone with the last slot.
 *
 * <p><b>Does not guarantee</b>: that a holder which is paused for longer than its lease stops: choose a lease longer than
 * the work, or {@linkplain Slot#extend() extend} it. A failover may forget a slot, since Redis replicates
 * asynchronously. If the server's clock is set back, leases last that much longer; if it is set forward, they end that
 * much earlier. Nobody waits here: a refusal says when to come again at the latest. For a queue, and fencing tokens, take
 * {@code DistributedSemaphore} of the locks.
 *
 * <p>How many slots there are is nowhere stored: each request brings its own limiter's number.
 *
 * <p><b>Cost</b>: one script to acquire, one to give back, O(log slots).
 *
 * <p><b>Keys</b>: {@code prefix:{id}}, a sorted set of the slots in use; it lives until the last lease ends.
 *
 * <p><b>Thread safety</b>: safe. It has nothing to close.
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
     * Creates a limiter that metrics call {@code default}.
     *
     * @param redis where the slots are; stays open until you close it
     * @param keys where among the keys; limiters that share a key space share the slots, and nothing else may use it
     * @param slots how many there are of each id, from 1 to 100,000
     * @param lease how long a slot lasts if it is neither extended nor given back, from 1 ms to 10 years; longer than the
     *     work takes
     * @return the limiter
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static ConcurrencyLimiter create(Redis redis, KeySpace keys, int slots, Duration lease) {
        return create(redis, keys, slots, lease, RateLimiterOptions.defaults().name());
    }

    /**
     * Creates a limiter.
     *
     * @param redis where the slots are; stays open until you close it
     * @param keys where among the keys; limiters that share a key space share the slots, and nothing else may use it
     * @param slots how many there are of each id, from 1 to 100,000
     * @param lease how long a slot lasts if it is neither extended nor given back, from 1 ms to 10 years; longer than the
     *     work takes
     * @param name the name in metrics, the tag {@code limiter}
     * @return the limiter
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static ConcurrencyLimiter create(Redis redis, KeySpace keys, int slots, Duration lease, String name) {
        Check.notNull("redis", redis);
        Check.notNull("keys", keys);
        Check.range("slots", slots, 1, MOST);
        Check.duration("lease", lease);
        RateMetrics metrics = new RateMetrics(redis.meterRegistry(), Check.text("name", name));
        return new ConcurrencyLimiter(keys, slots, new SlotStore(redis, lease, metrics), metrics);
    }

    /**
     * Takes a slot, if one is free.
     *
     * @param id of what; any text but the empty one
     * @return the slot, or when one is free at the latest
     * @throws IllegalArgumentException if the id is not allowed
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be asked, or did not answer: then a slot
     *     may be taken until it is given back in the background, or its lease ends
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds something else, or Redis is full
     */
    public SlotDecision tryAcquire(String id) {
        return Sync.await(tryAcquireAsync(id));
    }

    /**
     * Takes a slot, if one is free.
     *
     * @param id of what; any text but the empty one
     * @return the slot, or when one is free at the latest; fails as {@link #tryAcquire} does
     */
    public CompletionStage<SlotDecision> tryAcquireAsync(String id) {
        String key = keys.key(id);
        String token = SlotStore.token();
        long asked = System.nanoTime();
        return store.acquire(key, token, slots)
                .thenApply(answer -> new SlotDecision(
                        answer.granted() ? Optional.of(new Slot(store, key, token, asked)) : Optional.empty(),
                        answer.remaining(),
                        Duration.of(answer.retryMicros(), ChronoUnit.MICROS)))
                .whenComplete((decision, failure) -> metrics.decided(decision == null ? null : decision.counted()));
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
     * @param number how many there are of each id, from 1 to 100,000
     * @throws IllegalArgumentException if it is not allowed
     */
    public void setSlots(int number) {
        this.slots = Check.range("number", number, 1, MOST);
    }
}
