package io.github.redispatterns.lab.cacheaside;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What the readers of one database's cache meet with in one outage of that cache. */
final class Outage {

    /** If the database is asked nothing for so long, all reads are hits again. */
    private static final Duration QUIET = Duration.ofMillis(300);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Traffic traffic;
    private final QueryLog log;
    private final Tally first;
    private Tally rest = new Tally();
    private Tally after = new Tally();
    private int mostAtOnce;
    private long recoveryMillis;

    /** Waits until all reads are hits; then the outage is about to begin. */
    Outage(Traffic traffic, QueryLog log) {
        this.traffic = traffic;
        this.log = log;
        millisUntilQuiet(System.nanoTime());
        log.forgetPeaks();
        first = traffic.count();
    }

    /** Those who were hit first have met with their timeouts. */
    void timeoutsAreOver() {
        rest = traffic.count();
    }

    /** The outage is about to end. */
    void ends() {
        mostAtOnce = log.mostAtOnce();
        after = traffic.count();
    }

    /** Waits until all reads are hits again. */
    void awaitRecovery(long endNanos) {
        recoveryMillis = millisUntilQuiet(endNanos);
    }

    /** How many queries the database got at once, at most. */
    int mostAtOnce() {
        return mostAtOnce;
    }

    /** Reads that failed or were answered wrongly. Complete once the traffic has ended, and so is the next. */
    long failures() {
        return Stream.of(first, rest, after)
                .mapToLong(tally -> tally.failures() + tally.wrongs())
                .sum();
    }

    /** The longest of the reads that began in the outage, also of those that were under way when it struck, ms. */
    double longestMillis() {
        return Math.max(first.longestMillis(), rest.longestMillis());
    }

    /** The 99th percentile of the reads that began after the first timeouts, ms. */
    double p99Millis() {
        return rest.p99Millis();
    }

    /** How long after the end a read still queried the database, ms. */
    long recoveryMillis() {
        return recoveryMillis;
    }

    private long millisUntilQuiet(long since) {
        long last = Math.max(since, log.lastNanos());
        for (long now = System.nanoTime();
                now - last < QUIET.toNanos() && now - since < PATIENCE.toNanos();
                now = System.nanoTime()) {
            LockSupport.parkNanos(LOOK_NANOS);
            last = Math.max(since, log.lastNanos());
        }
        return TimeUnit.NANOSECONDS.toMillis(last - since);
    }
}
