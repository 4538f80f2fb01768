package io.github.redispatterns.benchmarks.drive;

import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;

/** One caller that begins an operation as soon as there is room in its window. */
final class WindowDriver implements Driver {

    private final Subject subject;
    private final int window;

    WindowDriver(Subject subject, int window) {
        this.subject = subject;
        this.window = window;
    }

    @Override
    public Round run(Duration length) throws Exception {
        InFlight inFlight = new InFlight(subject, window);
        long nanos = length.toNanos();
        long start = System.nanoTime();
        long operations = 0;
        long last;
        do {
            inFlight.awaitRoom();
            long sent = System.nanoTime();
            inFlight.track(subject.callAsync(), () -> sent);
            operations++;
            last = sent;
        } while (inFlight.isFine() && last - start < nanos);
        inFlight.awaitAll();
        return inFlight.round(operations, System.nanoTime() - start);
    }

    @Override
    public void close() {
        // It has no threads.
    }
}
