package io.github.redispatterns.core;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of one handle, each until its deadline.
 *
 * <p>Delays and deadlines end in the common pool, never on a thread that others' delays depend on: whoever blocked in a
 * continuation there would stop them all.
 */
final class Calls {

    private final long timeoutNanos;
    private final CoreMetrics metrics;
    private final Runnable onUnknown;
    private final Deadlines deadlines = new Deadlines();
    private volatile boolean closed;

    /** {@code onUnknown}: told of calls without reply. */
    Calls(Duration timeout, CoreMetrics metrics, Runnable onUnknown) {
        this.timeoutNanos = timeout.toNanos();
        this.metrics = metrics;
        this.onUnknown = onUnknown;
    }

    /** {@code ifNoScript} is sent once in place of an attempt that was answered with NOSCRIPT. */
    <T extends @Nullable Object> CompletionStage<T> run(
            Call.Repeat repeat, Call.Attempt<T> attempt, Call.@Nullable Attempt<T> ifNoScript) {
        if (closed) {
            return CompletableFuture.failedFuture(new IllegalStateException("The Redis handle is closed"));
        }
        Call<T> call = new Call<>(this, repeat, attempt, ifNoScript);
        call.start();
        if (!call.isDone()) {
            deadlines.watch(call);
        }
        return call;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    CoreMetrics metrics() {
        return metrics;
    }

    /** A call ended without an answer. */
    void ended(PatternsException failure) {
        metrics.failed(failure);
        if (failure instanceof UnknownOutcomeException) {
            onUnknown.run();
        }
    }

    /** Refuses every later call; those under way end by themselves. */
    void close() {
        closed = true;
    }
}
