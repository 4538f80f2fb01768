package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The calls that wait for their permits. Each sleeps for as long as its refusal says, and asks again. */
final class Waits implements AutoCloseable {

    /** A refusal that says "at once" must not make a loop. */
    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Set<Wait> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Asks until it is granted, or would not be in time. Whoever completes the result, by cancelling it for instance,
     * ends the wait.
     */
    CompletableFuture<Decision> until(Duration maxWait, Supplier<CompletionStage<Decision>> question) {
        Wait wait = new Wait(System.nanoTime() + maxWait.toNanos(), question);
        waiting.add(wait);
        wait.result.whenComplete((decision, failure) -> waiting.remove(wait));
        if (closed) { // as close may not have seen it
            wait.result.completeExceptionally(closedLimiter());
        } else {
            wait.ask();
        }
        return wait.result;
    }

    void ensureOpen() {
        if (closed) {
            throw closedLimiter();
        }
    }

    @Override
    public void close() {
        closed = true;
        waiting.forEach(each -> each.result.completeExceptionally(closedLimiter()));
    }

    private static IllegalStateException closedLimiter() {
        return new IllegalStateException("The rate limiter is closed");
    }

    /** One caller, from its first refusal to its answer. */
    private static final class Wait {

        private final CompletableFuture<Decision> result = new CompletableFuture<>();
        private final long deadlineNanos;
        private final Supplier<CompletionStage<Decision>> question;
        private volatile @Nullable Future<?> alarm;

        Wait(long deadlineNanos, Supplier<CompletionStage<Decision>> question) {
            this.deadlineNanos = deadlineNanos;
            this.question = question;
            result.whenComplete((decision, failure) -> cancelAlarm());
        }

        void ask() {
            if (result.isDone()) {
                return;
            }
            try {
                question.get().whenComplete((decision, failure) -> {
                    if (failure == null) {
                        answered(decision);
                    } else {
                        result.completeExceptionally(Sync.unwrap(failure));
                    }
                });
            } catch (RuntimeException | Error e) { // the limit has become smaller than the cost
                result.completeExceptionally(e);
            }
        }

        private void answered(Decision decision) {
            long sleepNanos = Math.max(decision.retryAfter().toNanos(), SHORTEST_NANOS);
            if (decision.allowed() || sleepNanos > deadlineNanos - System.nanoTime()) {
                result.complete(decision);
                return;
            }
            alarm = Timers.after(sleepNanos, this::ask);
            if (result.isDone()) { // as that may not have seen it
                cancelAlarm();
            }
        }

        private void cancelAlarm() {
            Future<?> set = alarm;
            if (set != null) {
                set.cancel(false);
            }
        }
    }
}
