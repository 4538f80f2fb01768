package io.github.redispatterns.benchmarks.drive;

import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Callers that all begin at once. One operation is one call of each, and lasts from the moment in which they are let go
 * until the last of them has returned. What lies between two operations, such as the gathering, does not count.
 */
final class CrowdDriver implements Driver {

    private static final long REHEARSAL_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    /** What a caller does. */
    @FunctionalInterface
    private interface Call {
        void by(int caller) throws Exception;
    }

    private final Subject subject;
    private final Callers callers;
    private boolean rehearsed;

    CrowdDriver(Subject subject, int callers) {
        this.subject = subject;
        this.callers = new Callers(callers);
    }

    /** The first is the warm-up: a few operations that mostly wait would leave the code cold. */
    @Override
    public Round run(Duration length) throws Exception {
        if (!rehearsed) {
            rehearsed = true;
            drive(Math.max(length.toNanos(), REHEARSAL_NANOS), subject::rehearse);
            return drive(0, subject::call);
        }
        return drive(length.toNanos(), subject::call);
    }

    private Round drive(long nanos, Call call) throws Exception {
        Histogram latencies = Latencies.histogram();
        long start = System.nanoTime();
        long operations = 0;
        long worked = 0;
        do {
            long took = together(call);
            Latencies.record(latencies, took);
            worked += took;
            operations++;
        } while (System.nanoTime() - start < nanos);
        return new Round(operations, Latencies.perSecond(operations, worked), latencies);
    }

    private long together(Call call) throws Exception {
        CountDownLatch gathering = new CountDownLatch(callers.size());
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Long>> ends = callers.each(caller -> {
            gathering.countDown();
            go.await();
            call.by(caller);
            return System.nanoTime();
        });
        gathering.await();
        long start = System.nanoTime();
        go.countDown();
        long slowest = 0;
        for (Future<Long> end : ends) {
            slowest = Math.max(slowest, Callers.get(end) - start);
        }
        return slowest;
    }

    @Override
    public void close() {
        callers.close();
    }
}
