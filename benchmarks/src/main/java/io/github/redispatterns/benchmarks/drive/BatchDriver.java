package io.github.redispatterns.benchmarks.drive;

import io.github.redispatterns.benchmarks.subject.BatchSubject;
import java.time.Duration;

/** One caller that flushes by hand. An operation's latency begins with the flush that sends it. */
final class BatchDriver implements Driver {

    private final BatchSubject subject;
    private final int batch;
    private volatile long flushed;

    BatchDriver(BatchSubject subject, int batch) {
        this.subject = subject;
        this.batch = batch;
        subject.holdBack();
    }

    @Override
    public Round run(Duration length) throws Exception {
        InFlight inFlight = new InFlight(subject, batch);
        long nanos = length.toNanos();
        long start = System.nanoTime();
        long operations = 0;
        do {
            for (int i = 0; i < batch; i++) {
                inFlight.awaitRoom();
                inFlight.track(subject.callAsync(), () -> flushed);
            }
            operations += batch;
            flushed = System.nanoTime();
            subject.flush();
            inFlight.awaitAll();
        } while (inFlight.isFine() && System.nanoTime() - start < nanos);
        return inFlight.round(operations, System.nanoTime() - start);
    }

    @Override
    public void close() {
        // It has no threads.
    }
}
