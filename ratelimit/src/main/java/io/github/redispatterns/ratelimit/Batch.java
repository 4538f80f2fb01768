package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Permits that were taken ahead at one time.
 *
 * <p>They are used only as long as they are missing in Redis. As many were missing there at least when they were taken,
 * and since then one comes back in each step at most; so of all batches of all processes together no more is left than is
 * missing, whatever others take or give back meanwhile, and no more is granted than if each had been taken when it was used.
 */
final class Batch {

    private final Rule rule;
    private final long endNanos;
    private final long resetNanos;
    private final long elsewhere;
    private final AtomicLong left;

    /** Of a decision that was asked for at that time. */
    Batch(Rule rule, long permits, long askedNanos, Decision decision) {
        this.rule = rule;
        this.endNanos = askedNanos + permits * rule.first();
        this.resetNanos = askedNanos + decision.resetAfter().toNanos();
        this.elsewhere = decision.remaining();
        this.left = new AtomicLong(permits);
    }

    /** How many are left after so many were taken; negative if there are not so many. */
    long take(long cost, long now) {
        long valid = valid(now);
        while (true) {
            long before = left.get();
            long after = Math.min(before, valid) - cost;
            if (after < 0 || left.compareAndSet(before, after)) {
                return after;
            }
        }
    }

    /** All that can still be used; from then on none can. */
    long takeAll(long now) {
        return Math.min(left.getAndSet(0), valid(now));
    }

    /** How many can still be used. */
    long left(long now) {
        return Math.min(left.get(), valid(now));
    }

    /** What Redis had left when these were taken. */
    long elsewhere() {
        return elsewhere;
    }

    Duration resetAfter(long now) {
        return Duration.ofNanos(Math.max(resetNanos - now, 0));
    }

    long endNanos() {
        return endNanos;
    }

    Rule rule() {
        return rule;
    }

    private long valid(long now) {
        return Math.max(endNanos - now, 0) / rule.first();
    }
}
