package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Reason;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process's single attempt to get one missing key: take the lease and load, or wait for whoever has it, or, if Redis
 * cannot be used, load past it. All callers of the process that miss the key meanwhile share its {@link #result()}.
 */
final class Flight<V> {

    /** How often one looks that no message can wake. */
    private static final long MIN_POLL_MILLIS = 5;

    private static final long MAX_POLL_MILLIS = 40;

    /** How often one looks all the same that a message will wake. */
    private static final long SAFETY_POLL_MILLIS = 250;

    /** How long after the end of a lease one looks, so that not all who wait look at once. */
    private static final long SPREAD_MILLIS = 10;

    private final Reader<V> reader;
    private final CacheParts<V> parts;
    private final CompletableFuture<Answer<V>> result = new CompletableFuture<>();
    private final long began = System.nanoTime();
    private byte @Nullable [] lease;
    private long pollMillis = MIN_POLL_MILLIS;
    private boolean waited;
    private volatile boolean inLine;

    Flight(Reader<V> reader, CacheParts<V> parts) {
        this.reader = reader;
        this.parts = parts;
        result.whenComplete((answer, failure) -> reader.markDecided());
    }

    CompletableFuture<Answer<V>> result() {
        return result;
    }

    /** From when on, a monotonic time in ns, callers need not wait for this flight: its lease must have ended. */
    long overdueAfter() {
        return began + parts.options().leaseTime().toNanos();
    }

    /** True if it cannot go on before another load past the cache has ended. */
    boolean isInLine() {
        return inLine;
    }

    /** Goes on from what a request sent at {@code asked}, a monotonic time in ns, has found at the key. */
    void proceed(Found<V> found, long asked) {
        if (found instanceof Found.Entry<V> entry) {
            result.complete(Answer.of(entry, parts.freshness().isStale(entry.record()), asked));
        } else if (found instanceof Found.Leased<V>) {
            waitForOther();
        } else if (found instanceof Found.Unknown<V> unknown) {
            goPast(unknown.failure());
        } else {
            takeLease(found instanceof Found.Unreadable<V> unreadable ? unreadable.record() : null);
        }
    }

    private void takeLease(byte @Nullable [] unreadable) {
        byte[] mine = CacheRecord.newId();
        String key = reader.key();
        CacheStore store = parts.store();
        long asked = System.nanoTime();
        if (isYetToBeRemoved()) {
            return;
        }
        lease = mine;
        parts.guard(key)
                .write(() -> unreadable == null
                        ? store.lease(key, mine, parts.options().leaseTime())
                        : store.lease(key, mine, parts.options().leaseTime(), unreadable))
                .whenComplete((current, failure) -> orFail(() -> {
                    Throwable cause = failure == null ? null : Sync.unwrap(failure);
                    if (cause == null && current == null) {
                        load(mine);
                    } else if (cause == null) {
                        proceed(parts.format().read(current), asked);
                    } else if (cause instanceof UnknownOutcomeException && reader.isInTime()) {
                        lookForLease(mine);
                    } else {
                        unusable(cause);
                    }
                }));
    }

    /**
     * After a lost reply: if the lease is there, it was taken, and is good. If it is not, the request may still be on
     * its way, and be executed after an invalidation: so that lease is never used, and another one is asked for.
     */
    private void lookForLease(byte[] mine) {
        look(mine);
    }

    private void load(byte[] taken) {
        end(() -> newLoad(reader.loading(), Reason.MISS).under(taken));
        reader.markDecided();
    }

    // ---- waiting for another's load ----

    private void waitForOther() {
        if (!waited) {
            waited = true;
            parts.metrics().waited(CacheMetrics.Wait.REMOTE);
        }
        reader.markDecided();
        if (!reader.isInTime()) {
            outOfTime(new LoadTimeoutException(parts.options().maxWait()));
            return;
        }
        CompletableFuture<CacheMetrics.Wakeup> signal =
                parts.wakeups().signal(parts.store().name(reader.key()));
        if (parts.wakeups().listens()) {
            register(signal);
        } else {
            lookAgain(signal, nextPoll());
        }
    }

    /** Only after this may one rely on a message: what ended before it was not told to us. */
    private void register(CompletableFuture<CacheMetrics.Wakeup> signal) {
        long asked = System.nanoTime();
        if (isYetToBeRemoved()) {
            signal.cancel(false);
            return;
        }
        parts.guard(reader.key())
                .write(() -> parts.store().await(reader.key(), parts.wakeups().waiter()))
                .whenComplete((awaited, failure) -> orFail(() -> {
                    if (failure != null) {
                        lookAgain(signal, nextPoll()); // what is wrong the look will tell
                        return;
                    }
                    Found<V> found = parts.format().read(awaited.record());
                    if (found instanceof Found.Leased<V>) {
                        long random = ThreadLocalRandom.current().nextLong(SPREAD_MILLIS);
                        lookAgain(signal, untilSafe(awaited.expiresInMillis()) + random);
                    } else {
                        signal.cancel(false);
                        proceed(found, asked);
                    }
                }));
    }

    /** Somebody may have made the lease live for ever; then a message will come, or not. */
    private static long untilSafe(long expiresInMillis) {
        return expiresInMillis < 0 ? SAFETY_POLL_MILLIS : Math.min(expiresInMillis + 1, SAFETY_POLL_MILLIS);
    }

    private long nextPoll() {
        long delay = ThreadLocalRandom.current().nextLong(pollMillis, 2 * pollMillis);
        pollMillis = Math.min(2 * pollMillis, MAX_POLL_MILLIS);
        return delay;
    }

    /** Looks when the signal comes, or after the delay. */
    private void lookAgain(CompletableFuture<CacheMetrics.Wakeup> signal, long delayMillis) {
        long left = TimeUnit.NANOSECONDS.toMillis(reader.deadline() - System.nanoTime());
        CompletableFuture.delayedExecutor(Math.max(0, Math.min(delayMillis, left + 1)), TimeUnit.MILLISECONDS)
                .execute(() -> signal.complete(CacheMetrics.Wakeup.POLL));
        signal.thenAccept(by -> orFail(() -> {
            parts.metrics().woken(by);
            look(null);
        }));
    }

    // ---- the rest ----

    /** Reads the key; if it holds that lease of ours loads, else goes on from what it holds. */
    private void look(byte @Nullable [] mine) {
        long asked = System.nanoTime();
        if (isYetToBeRemoved()) {
            return;
        }
        parts.guard(reader.key())
                .call(() -> parts.store().read(reader.key()))
                .whenComplete((bytes, failure) -> orFail(() -> {
                    if (failure != null) {
                        unusable(Sync.unwrap(failure));
                    } else if (mine != null && CacheRecord.isLeaseOf(bytes, mine)) {
                        load(mine);
                    } else {
                        proceed(parts.format().read(bytes), asked);
                    }
                }));
    }

    /**
     * To be called between the time that counts as when it was asked, and the asking: while a removal is pending, what is
     * found may be old, and those who have come since that write may join this flight. Then it goes past the cache.
     */
    private boolean isYetToBeRemoved() {
        if (!parts.removals().isPending(reader.key())) {
            return false;
        }
        goPast(Removals.yetToBeDone());
        return true;
    }

    private void unusable(Throwable failure) {
        if (RedisGuard.isUnreachable(failure) || RedisGuard.isFull(failure)) {
            goPast(failure);
        } else {
            fail(failure);
        }
    }

    private void outOfTime(LoadTimeoutException failure) {
        if (parts.options().waitFallback() == WaitFallback.LOAD) {
            goPast(failure);
        } else {
            fail(failure);
        }
    }

    /** Loads without Redis, if that is allowed. */
    private void goPast(Throwable reason) {
        releaseLease();
        inLine = true;
        BulkTurns<V> turns = reader.turns();
        end(() -> turns == null
                ? parts.admission().run(reason, reader.level(), inLineUntil(), () -> past(reader.loading()))
                : turns.join(reader.key(), reason, inLineUntil(), this::past));
        reader.markDecided(); // now, since it may have to wait for its turn
    }

    private CompletionStage<Answer<V>> past(Loading<V> loading) {
        inLine = false;
        return newLoad(loading, Reason.BYPASS).past();
    }

    /** The wait for a turn is part of the wait, unless that was for another's load and is to end with one of one's own. */
    private long inLineUntil() {
        boolean onceMore = waited && !reader.past() && parts.options().waitFallback() == WaitFallback.LOAD;
        return onceMore ? reader.deadline() + parts.options().maxWait().toNanos() : reader.deadline();
    }

    private Load<V> newLoad(Loading<V> loading, Reason reason) {
        return new Load<>(parts, reader.key(), loading, reader.caller(), reason, reader.level());
    }

    /** Ends the flight as the load does. */
    private void end(Supplier<CompletionStage<Answer<V>>> load) {
        load.get().whenComplete((answer, failure) -> {
            if (failure == null) {
                result.complete(answer);
            } else {
                fail(Sync.unwrap(failure));
            }
        });
    }

    private void fail(Throwable failure) {
        releaseLease();
        result.completeExceptionally(failure);
    }

    /** Gives the lease back, in case it is ours, so that others need not wait until it ends. */
    private void releaseLease() {
        byte[] mine = lease;
        lease = null;
        if (mine != null) {
            parts.guard(reader.key())
                    .write(() -> parts.store().release(reader.key(), mine))
                    .whenComplete((released, failure) -> {
                        if (failure != null) {
                            parts.metrics().releaseFailed();
                        }
                    });
        }
    }

    /** Whatever goes wrong on the way ends the flight; nobody is left waiting. */
    private void orFail(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }
}
