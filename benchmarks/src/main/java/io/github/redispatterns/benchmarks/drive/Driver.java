package io.github.redispatterns.benchmarks.drive;

import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.subject.BatchSubject;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;

/** Drives a subject with one load, round after round. Closing it ends its threads, not the subject. */
public interface Driver extends AutoCloseable {

    /**
     * A driver for a load.
     *
     * @param load the load
     * @param subject what is driven
     * @return the driver
     * @throws IllegalArgumentException if the subject has no manual flush and the load needs it
     */
    static Driver of(Load load, Subject subject) {
        return switch (load.kind()) {
            case THREADS, RIVALS, CLIENTS -> new ThreadsDriver(subject, load.size());
            case WINDOW -> new WindowDriver(subject, load.size());
            case BATCH -> new BatchDriver(inBatches(subject), load.size());
            case CROWD -> new CrowdDriver(subject, load.size());
        };
    }

    private static BatchSubject inBatches(Subject subject) {
        if (subject instanceof BatchSubject batches) {
            return batches;
        }
        throw new IllegalArgumentException(
                "subject: " + subject.getClass().getSimpleName() + " has no manual flush, so it makes no batches");
    }

    /**
     * Drives the subject for a while, and then waits until nothing is under way.
     *
     * @param length how long operations are begun
     * @return what was measured
     * @throws Exception if an operation failed
     */
    Round run(Duration length) throws Exception;

    @Override
    void close();
}
