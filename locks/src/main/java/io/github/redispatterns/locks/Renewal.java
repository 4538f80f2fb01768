package io.github.redispatterns.locks;

import io.github.redispatterns.core.Sync;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Extends a lease three times per ttl, and more often while that fails, until it is over or has lasted long enough. */
final class Renewal {

    private static final Logger LOG = System.getLogger(Renewal.class.getName());

    private static final int PER_TTL = 3;
    private static final int PER_TTL_AFTER_FAILURE = 10;
    /** What is left to extend by at the end is not worth a request if it is shorter. */
    private static final Duration LEAST = Duration.ofMillis(100);

    private final Lease lease;
    private final LockMetrics metrics;
    private final long ttlNanos;
    private final long lastNanos;
    private volatile boolean stopped;
    private volatile @Nullable Future<?> next;

    Renewal(Lease lease, LockMetrics metrics, long ttlMillis, long lastNanos) {
        this.lease = lease;
        this.metrics = metrics;
        this.ttlNanos = TimeUnit.MILLISECONDS.toNanos(ttlMillis);
        this.lastNanos = lastNanos;
    }

    void next() {
        after(ttlNanos / PER_TTL);
    }

    void stop() {
        stopped = true;
        Future<?> waiting = next;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    private void after(long nanos) {
        if (!stopped) {
            next = Timers.after(nanos, this::renew);
            if (stopped) {
                stop();
            }
        }
    }

    private void renew() {
        Duration by = Duration.ofNanos(Math.min(ttlNanos, lastNanos - System.nanoTime()));
        if (stopped || by.compareTo(LEAST) < 0) {
            return;
        }
        lease.extendAsync(by).whenComplete((extended, failure) -> {
            if (failure != null) {
                metrics.renewed(LockMetrics.RenewalOutcome.FAILED);
                LOG.log(Level.DEBUG, "A lease could not be extended; it is tried again", Sync.unwrap(failure));
                after(ttlNanos / PER_TTL_AFTER_FAILURE);
            } else if (extended) {
                metrics.renewed(LockMetrics.RenewalOutcome.DONE);
                next();
            } // else the lease is lost, and says so
        });
    }
}
