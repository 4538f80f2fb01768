package io.github.redispatterns.benchmarks.drive;

import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The operations under way of one caller, at most so many. */
final class InFlight {

    private final Subject subject;
    private final int most;
    private final Semaphore free;
    private final Histogram latencies = Latencies.sharedHistogram();
    private volatile @Nullable Throwable failure;

    InFlight(Subject subject, int most) {
        this.subject = subject;
        this.most = most;
        this.free = new Semaphore(most);
    }

    /** Waits until one more may be begun; {@link #track} must follow. */
    void awaitRoom() throws InterruptedException {
        free.acquire();
    }

    /** Times and checks an operation, and gives its room back when it ends. When it was sent may be known only later. */
    void track(CompletionStage<?> operation, LongSupplier sentNanos) {
        operation.whenComplete((reply, failed) -> {
            Latencies.record(latencies, System.nanoTime() - sentNanos.getAsLong());
            if (failed == null) {
                check(reply);
            } else {
                failure = failed;
            }
            free.release();
        });
    }

    private void check(@Nullable Object reply) {
        try {
            subject.check(reply);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Waits until nothing is under way. */
    void awaitAll() throws InterruptedException {
        free.acquire(most);
        free.release(most);
    }

    boolean isFine() {
        return failure == null;
    }

    Round round(long operations, long nanos) {
        Throwable failed = failure;
        if (failed != null) {
            throw new CompletionException(failed);
        }
        return new Round(operations, Latencies.perSecond(operations, nanos), latencies);
    }
}
