package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The permits of one id that this process holds ahead: the batch that is used, and the next one. */
class Supply {

    /** That many calls within a second make an id hot. */
    private static final int HOT = 16;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicReference<@Nullable Batch> current = new AtomicReference<>();
    private final AtomicReference<@Nullable Batch> next = new AtomicReference<>();
    /** Completes when what is being fetched is here, or is not to be had; null if nothing is. */
    private final AtomicReference<@Nullable CompletableFuture<Void>> fetching = new AtomicReference<>();

    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean ended;
    private volatile boolean forgotten;
    private volatile long sinceNanos;
    private volatile long quietUntilNanos;

    Supply(long now) {
        sinceNanos = now;
        quietUntilNanos = now;
    }

    /** Null if there are not so many. */
    @Nullable Decision take(long cost, long now) {
        Batch batch = current.get();
        while (batch != null) {
            long left = batch.take(cost, now);
            if (left >= 0) {
                return granted(batch, left, now);
            }
            Batch after = next.get();
            if (after == null) {
                return null;
            }
            long rest = batch.left(now);
            if (rest > 0) {
                return takeOfBoth(batch, rest, after, cost, now);
            }
            if (current.compareAndSet(batch, after)) {
                next.compareAndSet(after, null);
            }
            batch = current.get();
        }
        return null;
    }

    /** What was taken of one, and is not there any more in the other, comes back in Redis by itself. */
    private @Nullable Decision takeOfBoth(Batch first, long rest, Batch second, long cost, long now) {
        long left = second.take(cost - rest, now);
        if (left < 0 && second.left(now) == 0) {
            next.compareAndSet(second, null);
        }
        return left >= 0 && first.take(rest, now) >= 0 ? granted(second, left, now) : null;
    }

    private static Decision granted(Batch batch, long left, long now) {
        return new Decision(
                true, left + batch.elsewhere(), Duration.ZERO, batch.resetAfter(now), false, Optional.empty());
    }

    /** Of a call that Redis had to decide. */
    void asked(long now) {
        if (now - sinceNanos > SECOND_NANOS) {
            sinceNanos = now;
            calls.set(0);
        }
        calls.incrementAndGet();
    }

    /** True if the next batch is to be fetched now; then {@link #fetched} or {@link #notFetched} must follow. */
    boolean fetches(long now) {
        if (fetching.get() != null || !isDue(now) || !fetching.compareAndSet(null, new CompletableFuture<>())) {
            return false;
        }
        if (isDue(now)) { // another thread may have fetched it in between
            return true;
        }
        hasFetched();
        return false;
    }

    /** For {@link #fetches} and its test. */
    boolean isDue(long now) {
        return next.get() == null && !ended && now - quietUntilNanos >= 0 && (calls.get() >= HOT || isUsed(now));
    }

    private boolean isUsed(long now) {
        Batch batch = current.get();
        return batch != null && batch.endNanos() - now > 0;
    }

    /** It is held from now on, unless nothing is taken from here any more; then the other gets it. */
    void fetched(Batch batch, Consumer<Batch> other) {
        if (!ended && !current.compareAndSet(null, batch)) {
            next.set(batch);
        }
        if (ended) {
            other.accept(batch);
        }
        hasFetched();
    }

    /** There are not so many, or Redis does not answer: not again before that time. */
    void notFetched(long untilNanos) {
        quietUntilNanos = untilNanos;
        hasFetched();
    }

    private void hasFetched() {
        CompletableFuture<Void> waited = fetching.getAndSet(null);
        if (waited != null) {
            waited.complete(null);
        }
    }

    /** The batches there are. From then on nothing is fetched, and what is being fetched can be given back. */
    List<Batch> end() {
        ended = true;
        return batches();
    }

    /** The same, but nobody knows whether what is being fetched is still missing in Redis. */
    void forget(long now) {
        forgotten = true;
        end().forEach(batch -> batch.takeAll(now));
    }

    boolean isForgotten() {
        return forgotten;
    }

    /** When nothing is being fetched any more, if it has ended. */
    CompletionStage<Void> fetchedAll() {
        CompletableFuture<Void> waited = fetching.get();
        return waited == null ? CompletableFuture.completedFuture(null) : waited;
    }

    private List<Batch> batches() {
        return Stream.of(current, next)
                .flatMap(each -> Stream.ofNullable(each.get()))
                .toList();
    }

    /** When nothing is left to be remembered of it, but for what is being fetched. */
    long endNanos() {
        long end = sinceNanos + SECOND_NANOS;
        for (Batch batch : batches()) {
            end = batch.endNanos() - end > 0 ? batch.endNanos() : end;
        }
        return end;
    }
}
