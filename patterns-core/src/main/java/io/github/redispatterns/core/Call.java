package io.github.redispatterns.core;

import io.lettuce.core.RedisNoScriptException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call, and the future that its caller holds: repeats what was not executed until the deadline, and reports what is
 * unknown. One object for both, since every command makes one.
 */
final class Call<T extends @Nullable Object> extends CompletableFuture<T>
        implements BiConsumer<T, @Nullable Throwable> {

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

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Call.class, "state", State.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Calls calls;
    private final Repeat repeat;
    private final Attempt<T> attempt;
    /** Sent once in place of an attempt that was answered with NOSCRIPT. */
    private final @Nullable Attempt<T> ifNoScript;

    private final long deadline;

    private volatile State state = State.UNDER_WAY;

    private long backoffNanos = FIRST_BACKOFF_NANOS;
    /** The attempt under way, or the last one. */
    private volatile @Nullable CompletionStage<T> underWay;
    /** What is left of {@link #ifNoScript} for the attempt under way. */
    private @Nullable Attempt<T> fallback;
    /** The failure to report: an attempt whose outcome is unknown outlasts whatever the tries after it say. */
    private volatile @Nullable Throwable worst;
    /** What refused the last attempt. */
    private volatile @Nullable Throwable refused;
    /** The call that {@link Deadlines} was given before this one. */
    @Nullable Call<?> earlier;

    Call(Calls calls, Repeat repeat, Attempt<T> attempt, @Nullable Attempt<T> ifNoScript) {
        this.calls = calls;
        this.repeat = repeat;
        this.attempt = attempt;
        this.ifNoScript = ifNoScript;
        this.deadline = System.nanoTime() + calls.timeoutNanos();
    }

    /** Makes the first attempt. */
    void start() {
        fallback = ifNoScript;
        send(attempt);
    }

    /** Makes another attempt, unless the caller has been told meanwhile that nothing was executed. */
    private void tryAgain() {
        if (STATE.compareAndSet(this, State.IDLE, State.UNDER_WAY)) {
            start();
        }
    }

    private void send(Attempt<T> way) {
        try {
            CompletionStage<T> stage = way.get();
            underWay = stage;
            stage.whenComplete(this);
        } catch (RuntimeException e) { // a closed connection throws where an open one completes
            fallback = null;
            failed(e);
        }
    }

    /** What came of an attempt. */
    @Override
    public void accept(T value, @Nullable Throwable failure) {
        if (failure == null) {
            complete(value); // nothing is sent again after it, whatever the state
        } else {
            failed(Sync.unwrap(failure));
        }
    }

    private void failed(Throwable cause) {
        if (state == State.ENDED) {
            return; // too late for the caller, and nothing may be sent any more
        }
        Attempt<T> whole = fallback;
        if (whole != null && cause instanceof RedisNoScriptException) {
            calls.metrics().scriptLoaded();
            fallback = null;
            send(whole);
            return;
        }
        Failure failure = Failure.of(cause);
        if (failure == Failure.ANSWERED) {
            answered(cause);
            return;
        }
        if (failure == Failure.UNKNOWN) {
            worst = cause;
        }
        refused = cause;
        if (!STATE.compareAndSet(this, State.UNDER_WAY, State.IDLE)) {
            return; // the deadline has passed meanwhile
        }
        long delay = ThreadLocalRandom.current().nextLong(backoffNanos / 2, backoffNanos);
        boolean repeatable = failure == Failure.NOT_EXECUTED || repeat == Repeat.EVEN_IF_UNKNOWN;
        if (!repeatable || isOverdue(System.nanoTime() + delay)) {
            giveUp();
            return;
        }
        backoffNanos = Math.min(backoffNanos * 2, MAX_BACKOFF_NANOS);
        calls.metrics().retried();
        CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS).execute(this::tryAgain);
    }

    private void answered(Throwable reply) {
        Throwable lost = worst;
        if (lost == null) {
            completeExceptionally(reply);
        } else { // the answer of this attempt; an earlier one may have been executed
            lost.addSuppressed(reply);
            giveUp();
        }
    }

    boolean isOverdue(long nowNanos) {
        return nowNanos - deadline >= 0;
    }

    /** Ends the call without an answer, even if an attempt is still under way. */
    void giveUp() {
        State was = (State) STATE.getAndSet(this, State.ENDED);
        if (was == State.ENDED) {
            return;
        }
        Throwable lost = worst;
        long millis = TimeUnit.NANOSECONDS.toMillis(calls.timeoutNanos());
        boolean unknown = was == State.UNDER_WAY || lost != null;
        PatternsException failure = unknown
                ? new UnknownOutcomeException(
                        "Sent, but no reply came: the connection was lost or the deadline of " + millis
                                + " ms passed; it may have been executed",
                        lost)
                : new NotExecutedException("Refused until the deadline of " + millis + " ms; not executed", refused);
        if (underWay instanceof WatchedCommand<?, ?, ?> command) {
            command.completeExceptionally(failure); // what has not been sent by now never is
        }
        if (completeExceptionally(failure)) {
            calls.ended(failure);
        }
    }
}
