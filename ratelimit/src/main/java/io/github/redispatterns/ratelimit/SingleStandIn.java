package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Decides in place of a Redis that does not answer. */
abstract class SingleStandIn implements StandIn<String, Rule> {

    private static final int MOST_IDS = 100_000;

    /** What {@link #decide} would say now. */
    abstract Decision would(Rule rule, String key, long cost);

    @Override
    public void reset(String key) {}

    /** Null if failures are to be told. */
    static @Nullable SingleStandIn of(Fallback fallback, Duration probeInterval) {
        return switch (fallback.kind()) {
            case FAIL -> null;
            case OPEN -> new Fixed(true, Duration.ZERO);
            case CLOSED -> new Fixed(false, probeInterval);
            case LOCAL -> new Share(fallback.share(), MOST_IDS, System::nanoTime);
        };
    }

    private static Decision degraded(boolean allowed, long remaining, Duration retryAfter, Duration resetAfter) {
        return new Decision(allowed, remaining, retryAfter, resetAfter, true, Optional.empty());
    }

    /** The same answer to everybody. */
    private static final class Fixed extends SingleStandIn {

        private final boolean allowed;
        private final Duration wait;

        Fixed(boolean allowed, Duration wait) {
            this.allowed = allowed;
            this.wait = wait;
        }

        @Override
        public Decision decide(Rule rule, String key, long cost) {
            return peek(rule, key);
        }

        @Override
        Decision would(Rule rule, String key, long cost) {
            return peek(rule, key);
        }

        @Override
        public Decision peek(Rule rule, String key) {
            return degraded(allowed, allowed ? rule.capacity() : 0, wait, wait);
        }
    }

    /**
     * A share of the limit, by {@linkplain Algorithm#GCRA the generic cell rate algorithm} in memory: of each key it is
     * known when all of the share is there again.
     */
    static final class Share extends SingleStandIn {

        /** So that no sum of two overflows; 73 years. */
        private static final double LONGEST_NANOS = 1L << 61;

        private final double share;
        private final LongSupplier nanoTime;
        private final Remembered<String, AtomicLong> arrivals;

        /** Of all for whom there was no room. */
        private final AtomicLong others;

        Share(double share, int most, LongSupplier nanoTime) {
            this.share = share;
            this.nanoTime = nanoTime;
            this.arrivals = new Remembered<>(most, AtomicLong::get, nanoTime);
            this.others = new AtomicLong(nanoTime.getAsLong());
        }

        @Override
        public Decision decide(Rule rule, String key, long cost) {
            AtomicLong arrival = arrival(key);
            while (true) {
                long known = arrival.get();
                long now = nanoTime.getAsLong();
                long debt = Math.max(known - now, 0);
                long after = debt + nanos(permitNanos(rule) * cost);
                if (after > room(rule, cost)) {
                    return said(rule, false, debt, after - room(rule, cost));
                }
                if (arrival.compareAndSet(known, now + after)) {
                    return said(rule, true, after, 0);
                }
            }
        }

        @Override
        Decision would(Rule rule, String key, long cost) {
            return look(rule, arrival(key), cost);
        }

        @Override
        public Decision peek(Rule rule, String key) {
            return look(rule, arrivals.get(key), 1);
        }

        /** Null if nothing was taken. */
        private Decision look(Rule rule, @Nullable AtomicLong known, long cost) {
            long debt = known == null ? 0 : Math.max(known.get() - nanoTime.getAsLong(), 0);
            long over = debt + nanos(permitNanos(rule) * cost) - room(rule, cost);
            return said(rule, over <= 0, debt, Math.max(over, 0));
        }

        @Override
        public void reset(String key) {
            arrivals.remove(key);
        }

        private AtomicLong arrival(String key) {
            AtomicLong known = arrivals.get(key);
            if (known == null) {
                known = arrivals.putIfAbsent(key, new AtomicLong(nanoTime.getAsLong()));
            }
            return known == null ? others : known;
        }

        private Decision said(Rule rule, boolean allowed, long debt, long waitNanos) {
            long remaining = (long) Math.max((fullNanos(rule) - debt) / permitNanos(rule), 0);
            return degraded(allowed, remaining, Duration.ofNanos(waitNanos), Duration.ofNanos(debt));
        }

        /** In which time one permit of the share comes back. */
        private double permitNanos(Rule rule) {
            return rule.limit().period().toNanos() / (share * rule.limit().permits());
        }

        /** In which time all of the share does. */
        private double fullNanos(Rule rule) {
            return permitNanos(rule) * share * rule.capacity();
        }

        /** All of the share, or what is asked for if that is more. */
        private long room(Rule rule, long cost) {
            return nanos(Math.max(fullNanos(rule), permitNanos(rule) * cost));
        }

        private static long nanos(double value) {
            return (long) Math.min(Math.ceil(value), LONGEST_NANOS);
        }
    }
}
