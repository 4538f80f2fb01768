package io.github.redispatterns.benchmarks.drive;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/** What all drivers count with. */
final class Latencies {

    private static final long LONGEST = TimeUnit.MINUTES.toNanos(1);
    private static final int DIGITS = 3;

    private Latencies() {}

    /** For one thread. */
    static Histogram histogram() {
        return new Histogram(LONGEST, DIGITS);
    }

    /** For the several I/O threads of some libraries, on which operations end. */
    static Histogram sharedHistogram() {
        return new AtomicHistogram(LONGEST, DIGITS);
    }

    static void record(AbstractHistogram latencies, long nanos) {
        latencies.recordValue(Math.min(nanos, LONGEST));
    }

    static double perSecond(long operations, long nanos) {
        return operations * 1e9 / nanos;
    }
}
