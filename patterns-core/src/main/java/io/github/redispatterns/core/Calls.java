package io.github.redispatterns.core;

import io.lettuce.core.RedisNoScriptException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one call until its deadline: repeats what was not executed, reports what is unknown.
 *
 * <p>Delays end in the common pool, never on the thread behind {@code CompletableFuture}'s timeouts: whoever blocked in a
 * continuation there would stop every timeout of the JVM.
 */
final class Calls {

    /** What may be tried again within the deadline. */
    enum Repeat {
        /** Only what was surely not executed. */
        IF_NOT_EXECUTED,
        /** Also what may have been executed: the call carries a token that makes a second run harmless. */
        EVEN_IF_UNKNOWN
    }

    /** One way to send a call. */
    interface Attempt<T extends @Nullable Object> extends Supplier<CompletionStage<T>> {}

    private enum State {
        /** No attempt is under way. */
        IDLE,
        /** An attempt has been, or is just being, sent. */
        UNDER_WAY,
        /** The caller has been answered: nothing may be sent any more. */
        ENDED
    }

    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long timeoutNanos;
    private final boolean attemptsTimeOut;
    private final CoreMetrics metrics;
    private final Runnable onUnknown;
    private volatile boolean closed;

    /**
     * {@code attemptsTimeOut}: whether the client by itself ends each attempt at the timeout; {@code onUnknown}: told of
     * calls without reply.
     */
    Calls(Duration timeout, boolean attemptsTimeOut, CoreMetrics metrics, Runnable onUnknown) {
        this.timeoutNanos = timeout.toNanos();
        this.attemptsTimeOut = attemptsTimeOut;
        this.metrics = metrics;
        this.onUnknown = onUnknown;
    }

    /** {@code ifNoScript} is sent once in place of an attempt that was answered with NOSCRIPT. */
    <T extends @Nullable Object> CompletionStage<T> run(
            Repeat repeat, Attempt<T> attempt, @Nullable Attempt<T> ifNoScript) {
        if (closed) {
            return CompletableFuture.failedFuture(new IllegalStateException("The Redis handle is closed"));
        }
        Call<T> call = new Call<>(repeat, attempt, ifNoScript);
        if (!attemptsTimeOut) {
            call.limit();
        }
        call.attempt();
        return call.result;
    }

    /** Refuses every later call; those under way end by themselves. */
    void close() {
        closed = true;
    }

    private final class Call<T extends @Nullable Object> {

        private final Repeat repeat;
        private final Attempt<T> attempt;
        private final @Nullable Attempt<T> ifNoScript;
        private final long deadline = System.nanoTime() + timeoutNanos;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
        private long backoffNanos = FIRST_BACKOFF_NANOS;
        private boolean limited;
        /** The failure to report: an attempt whose outcome is unknown outlasts whatever the tries after it say. */
        private volatile @Nullable Throwable worst;
        /** What refused the last attempt. */
        private volatile @Nullable Throwable refused;

        Call(Repeat repeat, Attempt<T> attempt, @Nullable Attempt<T> ifNoScript) {
            this.repeat = repeat;
            this.attempt = attempt;
            this.ifNoScript = ifNoScript;
        }

        /** Sends, unless the caller has been told meanwhile that nothing was executed. */
        void attempt() {
            if (state.compareAndSet(State.IDLE, State.UNDER_WAY)) {
                send(attempt, ifNoScript);
            }
        }

        private void send(Attempt<T> way, @Nullable Attempt<T> fallback) {
            try {
                way.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        state.set(State.ENDED);
                        result.complete(value);
                    } else {
                        failed(Sync.unwrap(failure), fallback);
                    }
                });
            } catch (RuntimeException e) { // a closed connection throws where an open one completes
                failed(e, null);
            }
        }

        private void failed(Throwable cause, @Nullable Attempt<T> fallback) {
            if (cause instanceof RedisNoScriptException && fallback != null) {
                metrics.scriptLoaded();
                send(fallback, null);
                return;
            }
            Failure failure = Failure.of(cause);
            Throwable earlier = worst;
            if (failure == Failure.ANSWERED) {
                if (earlier == null) {
                    state.set(State.ENDED);
                    result.completeExceptionally(cause);
                } else { // the answer of this attempt; an earlier one may have been executed
                    earlier.addSuppressed(cause);
                    giveUp();
                }
                return;
            }
            if (failure == Failure.UNKNOWN) {
                worst = cause;
            }
            refused = cause;
            if (!state.compareAndSet(State.UNDER_WAY, State.IDLE)) {
                return; // the deadline has passed meanwhile
            }
            long delay = ThreadLocalRandom.current().nextLong(backoffNanos / 2, backoffNanos);
            boolean repeatable = failure == Failure.NOT_EXECUTED || repeat == Repeat.EVEN_IF_UNKNOWN;
            if (!repeatable || System.nanoTime() + delay >= deadline) {
                giveUp();
                return;
            }
            backoffNanos = Math.min(backoffNanos * 2, MAX_BACKOFF_NANOS);
            metrics.retried();
            limit();
            CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS).execute(this::attempt);
        }

        /** Ends the call at its deadline, even if an attempt begun shortly before is still under way. */
        void limit() {
            if (limited) {
                return;
            }
            limited = true;
            CompletableFuture<@Nullable Void> alarm = new CompletableFuture<>();
            alarm.completeOnTimeout(null, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                    .thenRunAsync(this::giveUp);
            result.whenComplete((value, failure) -> alarm.cancel(false));
        }

        private void giveUp() {
            State was = state.getAndSet(State.ENDED);
            if (was == State.ENDED) {
                return;
            }
            Throwable lost = worst;
            long millis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos);
            boolean unknown = was == State.UNDER_WAY || lost != null;
            PatternsException failure = unknown
                    ? new UnknownOutcomeException(
                            "Sent, but no reply came: the connection was lost or the deadline of " + millis
                                    + " ms passed; it may have been executed",
                            lost)
                    : new NotExecutedException(
                            "Refused until the deadline of " + millis + " ms; not executed", refused);
            if (result.completeExceptionally(failure)) {
                metrics.failed(failure);
                if (unknown) {
                    onUnknown.run();
                }
            }
        }
    }
}
