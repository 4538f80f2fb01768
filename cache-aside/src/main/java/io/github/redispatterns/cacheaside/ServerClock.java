package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Redis;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What time it is on the server, by one {@code TIME} every few seconds and the local monotonic clock in between. It
 * decides only when an entry is due to be refreshed, and tells ages; nothing that must be exact.
 *
 * <p>On a Cluster it asks any node: they are taken to agree, as NTP makes them.
 */
final class ServerClock {

    private static final long RENEWED_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A reading is as exact as its round trip was short; the first one may have waited for a connection. */
    private static final long EXACT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long INEXACT_RENEWED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Redis redis;
    private final RedisGuard guard;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile @Nullable Reading reading;

    ServerClock(Redis redis, RedisGuard guard) {
        this.redis = redis;
        this.guard = guard;
    }

    /** Asks for the time if it is not known, and nobody has; nobody need wait for it. */
    void learn() {
        if (reading == null) {
            renew();
        }
    }

    /** Milliseconds since 1970; 0 while it is not known. */
    long millis() {
        Reading last = reading;
        if (last == null) {
            return 0;
        }
        long elapsed = System.nanoTime() - last.nanos;
        if (elapsed > last.goodForNanos) {
            renew();
        }
        return last.millis + TimeUnit.NANOSECONDS.toMillis(elapsed);
    }

    /** Completes, without failing, once the time is known or could not be had. */
    CompletionStage<@Nullable Void> whenKnown() {
        return reading != null ? CompletableFuture.completedFuture(null) : ask().handle((known, failure) -> null);
    }

    /** After a failure the old reading goes on. */
    private void renew() {
        if (asking.compareAndSet(false, true)) {
            ask().whenComplete((known, failure) -> asking.set(false));
        }
    }

    private CompletionStage<@Nullable Void> ask() {
        long asked = System.nanoTime();
        return guard.call(() -> redis.executeAsync(commands -> commands.time())).thenAccept(time -> {
            long answered = System.nanoTime();
            long trip = answered - asked;
            long goodFor = trip <= EXACT_NANOS ? RENEWED_NANOS : INEXACT_RENEWED_NANOS;
            reading = new Reading(millis(time), asked + trip / 2, goodFor);
        });
    }

    private static long millis(List<String> time) {
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    private record Reading(long millis, long nanos, long goodForNanos) {}
}
