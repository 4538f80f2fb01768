package io.github.redispatterns.lab.cacheaside;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What the reads met with that began in one stretch of {@link Traffic}. It is complete once the traffic has ended. */
final class Tally {

    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(5);

    private final Histogram micros = new AtomicHistogram(LONGEST_MICROS, 3);
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    void took(long nanos) {
        micros.recordValue(Math.min(TimeUnit.NANOSECONDS.toMicros(nanos), LONGEST_MICROS));
    }

    void wrong() {
        wrong.incrementAndGet();
    }

    void failed(Throwable thrown) {
        failed.incrementAndGet();
        failure.compareAndSet(null, thrown);
    }

    long wrongs() {
        return wrong.get();
    }

    long failures() {
        return failed.get();
    }

    /** All of them; fails if one has failed. */
    Reading reading() {
        Throwable first = failure.get();
        if (first != null) {
            throw new IllegalStateException(failed + " reads failed", first);
        }
        return new Reading(wrong.get(), micros);
    }

    double longestMillis() {
        return (double) micros.getMaxValue() / TimeUnit.MILLISECONDS.toMicros(1);
    }

    double p99Millis() {
        return new Reading(wrong.get(), micros).p99Millis();
    }
}
