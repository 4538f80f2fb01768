package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.ConnectionFailedException;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the limiter and one server that may not answer, so that its silence costs a caller the timeout once.
 *
 * <p>It leaves the server alone on the first call that has waited in vain, if nothing that was sent later has been
 * answered either: a slow command alone does not do it, nor does a lost connection, which costs nobody any time. Then it
 * asks in the background, by a look at the key that failed, once in each interval, so that no caller has to wait in order
 * to find out. If nobody has called for a whole interval it stops asking, and the next caller tries.
 */
final class Guard {

    /** How exact the last answered call is known; so that not every answer writes to memory that all threads read. */
    private static final long EXACTNESS_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Function<String, CompletionStage<?>> look;
    private final RateMetrics metrics;
    private final long intervalNanos;
    private final long longNanos;
    private final AtomicReference<@Nullable Silence> silence = new AtomicReference<>();
    /** When the last call was sent that has been answered. */
    private volatile long lastAnsweredNanos = System.nanoTime() - EXACTNESS_NANOS;

    private volatile boolean closed;

    /** From the call that got no answer until there is one, or nobody asks any more. */
    private static final class Silence {

        /** Of who has come since the last look, not the one that was looked at, if there is another. */
        private volatile @Nullable String key;

        /** At first the call in vain stands for a look. */
        private volatile String lookedAt;

        private volatile boolean looked;
        private volatile boolean untended;

        Silence(String key) {
            this.lookedAt = key;
        }

        void came(String caller) {
            String known = key; // so that not every call writes to memory that all threads read
            if (known == null || (known.equals(lookedAt) && !known.equals(caller))) {
                key = caller;
            }
        }
    }

    /**
     * Makes a guard.
     *
     * @param look asks of a key without changing anything
     * @param intervalNanos how often
     * @param longNanos a call that failed sooner has not waited in vain
     */
    Guard(Function<String, CompletionStage<?>> look, long intervalNanos, long longNanos, RateMetrics metrics) {
        this.look = look;
        this.intervalNanos = intervalNanos;
        this.longNanos = longNanos;
        this.metrics = metrics;
    }

    /** True if the server may be called. */
    boolean mayCall(String key) {
        Silence now = silence.get();
        if (now == null) {
            return true;
        }
        if (now.untended) {
            return begins(now, key);
        }
        now.came(key);
        return false;
    }

    /** Of a call that was sent at that time. */
    void answered(long sentNanos) {
        if (sentNanos - lastAnsweredNanos > EXACTNESS_NANOS) {
            lastAnsweredNanos = sentNanos;
        }
        if (silence.get() != null) {
            silence.set(null);
        }
    }

    /** Of a call that was sent at that time. */
    void failed(String key, long sentNanos, Throwable failure) {
        if (!isUnreachable(failure)) {
            answered(sentNanos); // with an error
            return;
        }
        boolean waited = System.nanoTime() - sentNanos >= longNanos;
        boolean silent =
                lastAnsweredNanos - sentNanos <= 0; // what was sent before says nothing, whenever it was answered
        if (waited && silent && begins(null, key)) {
            metrics.outage();
        }
    }

    void close() {
        closed = true;
    }

    /** True if there was no answer, or none that says anything of the key. */
    static boolean isUnreachable(Throwable failure) {
        return failure instanceof NotExecutedException
                || failure instanceof UnknownOutcomeException
                || failure instanceof ConnectionFailedException;
    }

    private boolean begins(@Nullable Silence before, String key) {
        Silence next = new Silence(key);
        if (!silence.compareAndSet(before, next)) {
            return false;
        }
        Timers.after(intervalNanos, () -> ask(next));
        return true;
    }

    private void ask(Silence current) {
        if (closed || silence.get() != current) {
            return;
        }
        String key = current.key;
        if (key == null && current.looked) {
            current.untended = true;
            return;
        }
        key = key == null ? current.lookedAt : key;
        current.looked = true;
        current.lookedAt = key;
        current.key = null;
        Timers.after(intervalNanos, () -> ask(current));
        long sent = System.nanoTime();
        try {
            look.apply(key).whenComplete((answer, failure) -> {
                if (failure == null || !isUnreachable(Sync.unwrap(failure))) {
                    answered(sent);
                }
            });
        } catch (RuntimeException e) {
            current.key = key; // as if it had not been asked
        }
    }
}
