package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One process's single attempt to get one missing key: take the lease and load, or wait for whoever has it. All callers
 * of the process that miss the key meanwhile share its {@link #result()}.
 */
final class Flight<V> {

    private static final long MIN_POLL_MILLIS = 5;
    private static final long MAX_POLL_MILLIS = 40;

    private final Reader<V> reader;
    private final CacheParts<V> parts;
    private final CompletableFuture<FlightResult<V>> result = new CompletableFuture<>();
    private final long began = System.nanoTime();
    private byte @Nullable [] lease;
    private long pollMillis = MIN_POLL_MILLIS;

    Flight(Reader<V> reader, CacheParts<V> parts) {
        this.reader = reader;
        this.parts = parts;
    }

    CompletableFuture<FlightResult<V>> result() {
        return result;
    }

    /** From when on, a monotonic time in ns, callers need not wait for this flight: its lease must have ended. */
    long overdueAfter() {
        return began + parts.options().leaseTime().toNanos();
    }

    /** Goes on from what a request sent at {@code asked}, a monotonic time in ns, has found at the key. */
    void proceed(Found<V> found, long asked) {
        if (found instanceof Found.Value<V> entry) {
            result.complete(new FlightResult<>(entry.value(), Source.REDIS, asked));
        } else if (found instanceof Found.Leased<V>) {
            waitForOther();
        } else {
            takeLease(found);
        }
    }

    private void takeLease(Found<V> found) {
        byte[] mine = CacheRecord.newLease();
        lease = mine;
        long asked = System.nanoTime();
        Duration time = parts.options().leaseTime();
        CompletionStage<byte @Nullable []> asking = found instanceof Found.Unreadable<V> unreadable
                ? parts.store().lease(reader.key(), mine, time, unreadable.record())
                : parts.store().lease(reader.key(), mine, time);
        asking.whenComplete((current, failure) -> guard(() -> {
            if (failure == null && current == null) {
                load(mine);
            } else if (failure == null) {
                proceed(parts.format().read(current), asked);
            } else if (Sync.unwrap(failure) instanceof UnknownOutcomeException && isInTime()) {
                lookForLease(mine);
            } else {
                fail(Sync.unwrap(failure));
            }
        }));
    }

    /**
     * After a lost reply: if the lease is there, it was taken, and is good. If it is not, the request may still be on
     * its way, and be executed after an invalidation: so that lease is never used, and another one is asked for.
     */
    private void lookForLease(byte[] mine) {
        long asked = System.nanoTime();
        then(parts.store().read(reader.key()), bytes -> {
            if (Arrays.equals(bytes, mine)) {
                load(mine);
            } else {
                proceed(parts.format().read(bytes), asked);
            }
        });
    }

    private boolean isInTime() {
        return System.nanoTime() - reader.deadline() < 0;
    }

    private void waitForOther() {
        if (pollMillis == MIN_POLL_MILLIS) {
            parts.metrics().waited(CacheMetrics.Wait.REMOTE);
        }
        long delay = ThreadLocalRandom.current().nextLong(pollMillis, 2 * pollMillis);
        if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delay) - reader.deadline() > 0) {
            fail(new LoadTimeoutException(parts.options().maxWait()));
            return;
        }
        pollMillis = Math.min(2 * pollMillis, MAX_POLL_MILLIS);
        CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS).execute(() -> {
            long asked = System.nanoTime();
            then(
                    parts.store().read(reader.key()),
                    bytes -> proceed(parts.format().read(bytes), asked));
        });
    }

    private void load(byte[] taken) {
        Load<V> load = new Load<>(reader, parts, taken);
        load.run().whenComplete((loaded, failure) -> {
            if (failure == null) {
                result.complete(loaded);
            } else {
                fail(Sync.unwrap(failure));
            }
        });
    }

    /** Gives the lease back, in case it is ours, so that others need not wait until it ends. */
    private void fail(Throwable failure) {
        byte[] mine = lease;
        if (mine != null) {
            parts.store().release(reader.key(), mine).whenComplete((released, releaseFailure) -> {
                if (releaseFailure != null) {
                    parts.metrics().releaseFailed();
                }
            });
        }
        result.completeExceptionally(failure);
    }

    /** Whatever goes wrong on the way ends the flight; nobody is left waiting. */
    private <T extends @Nullable Object> void then(CompletionStage<T> stage, Consumer<T> next) {
        stage.whenComplete((value, failure) -> {
            if (failure != null) {
                fail(Sync.unwrap(failure));
                return;
            }
            guard(() -> next.accept(value));
        });
    }

    private void guard(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }
}
