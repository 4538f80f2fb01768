package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.ConnectionFailedException;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the cache and a server that may not answer, or take no writes, so that this costs a caller the timeout at
 * most once per window.
 *
 * <p>The breaker opens on the first call that has waited in vain, if nothing that was sent later has been answered
 * either: a slow command alone does not open it, nor does a lost connection, which costs nobody any time; a dead or
 * frozen server does at once. After the window one call tries again.
 *
 * <p>A server that answers and refuses writes for now, such as a replica, or a master that has too few of them, is asked
 * again by core until the timeout. Its answers to reads would keep the breaker closed, so writes have one of their own.
 */
final class RedisGuard {

    /** How exact the time of the last answer is; so that not every answer writes to memory that all threads read. */
    private static final long EXACTNESS_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final CircuitBreaker breaker;
    private final CircuitBreaker writes;
    private final CacheMetrics metrics;
    private final LongSupplier nanoTime;
    private final long longNanos;
    private volatile long lastAnswer;

    RedisGuard(CacheAsideOptions options, Duration commandTimeout, CacheMetrics metrics, LongSupplier nanoTime) {
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.lastAnswer = nanoTime.getAsLong() - EXACTNESS_NANOS;
        this.longNanos = commandTimeout.toNanos() / 2;
        CircuitBreakerConfig config = CircuitBreakerConfig.custom()
                .slidingWindow(1, 1, SlidingWindowType.COUNT_BASED)
                .waitDurationInOpenState(options.breakerWindow())
                .permittedNumberOfCallsInHalfOpenState(1)
                // So that a try whose caller never came back does not keep it half open for ever.
                .maxWaitDurationInHalfOpenState(commandTimeout.multipliedBy(2))
                .build();
        this.breaker = CircuitBreaker.of(options.name(), config);
        this.writes = CircuitBreaker.of(options.name() + " writes", config);
    }

    /** Makes a call unless Redis is being left alone; then it fails at once, as not executed. */
    <T extends @Nullable Object> CompletionStage<T> call(Supplier<? extends CompletionStage<T>> call) {
        if (!mayCall()) {
            return CompletableFuture.failedFuture(breakerOpen());
        }
        long asked = nanoTime.getAsLong();
        return begin(call).whenComplete((answer, failure) -> {
            if (failure == null) {
                answered();
            } else {
                failed(asked, Sync.unwrap(failure));
            }
        });
    }

    /** Makes a call that writes, as every script does; fails at once also while Redis takes no writes. */
    <T extends @Nullable Object> CompletionStage<T> write(Supplier<? extends CompletionStage<T>> call) {
        if (writes.getState() != State.CLOSED && !writes.tryAcquirePermission()) {
            return CompletableFuture.failedFuture(new NotExecutedException(
                    "Redis took no writes a moment ago, and is not asked for one for now", null));
        }
        if (!mayCall()) {
            writes.releasePermission();
            return CompletableFuture.failedFuture(breakerOpen());
        }
        long asked = nanoTime.getAsLong();
        CompletionStage<T> writing;
        try {
            writing = begin(call);
        } catch (RuntimeException | Error e) {
            writes.releasePermission();
            throw e;
        }
        return writing.whenComplete((answer, failure) -> {
            if (failure == null) {
                answered();
                written();
            } else {
                notWritten(asked, Sync.unwrap(failure));
            }
        });
    }

    private void written() {
        if (writes.getState() != State.CLOSED) {
            writes.onSuccess(0, TimeUnit.NANOSECONDS);
        }
    }

    private void notWritten(long asked, Throwable failure) {
        boolean refused = isRefusal(failure);
        if (refused) {
            metrics.unreachable();
            answered(); // so reads may go on
        } else {
            failed(asked, failure);
        }
        if (!isUnreachable(failure)) {
            written(); // or refused in no time
        } else if ((refused && hasWaited(asked)) || writes.getState() != State.CLOSED) {
            writes.onError(0, TimeUnit.NANOSECONDS, failure);
        }
    }

    private <T extends @Nullable Object> CompletionStage<T> begin(Supplier<? extends CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException | Error e) {
            abandoned();
            throw e;
        }
    }

    /** True if Redis may be called; then one of the next three must follow. */
    boolean mayCall() {
        return breaker.getState() == State.CLOSED || breaker.tryAcquirePermission();
    }

    State state() {
        return breaker.getState();
    }

    State writeState() {
        return writes.getState();
    }

    void answered() {
        long now = nanoTime.getAsLong();
        if (now - lastAnswer > EXACTNESS_NANOS) {
            lastAnswer = now;
        }
        if (breaker.getState() != State.CLOSED) {
            breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        }
    }

    void failed(long asked, Throwable failure) {
        if (!isUnreachable(failure)) {
            answered(); // with an error
            return;
        }
        metrics.unreachable();
        boolean silent = lastAnswer - asked < 0; // what was answered just before does not count
        if ((hasWaited(asked) && silent) || breaker.getState() != State.CLOSED) {
            breaker.onError(0, TimeUnit.NANOSECONDS, failure);
        }
    }

    private boolean hasWaited(long asked) {
        return nanoTime.getAsLong() - asked >= longNanos;
    }

    /** The caller went away before there was an answer. */
    void abandoned() {
        if (breaker.getState() != State.CLOSED) {
            breaker.releasePermission();
        }
    }

    static NotExecutedException breakerOpen() {
        return new NotExecutedException("Redis did not answer a moment ago, and is left alone for now", null);
    }

    /** True if there was no answer, or none that says anything of the key. */
    static boolean isUnreachable(Throwable failure) {
        return failure instanceof NotExecutedException
                || failure instanceof UnknownOutcomeException
                || failure instanceof ConnectionFailedException;
    }

    /** True if Redis has answered, and has refused the call until core gave it up. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof NotExecutedException && failure.getCause() instanceof RedisCommandExecutionException;
    }

    /** True if Redis answers, but cannot store: it is full, or has trouble with its disk. */
    static boolean isFull(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof RedisCommandExecutionException
                && (message.startsWith("OOM") || message.startsWith("MISCONF"));
    }
}
