package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether holders are told of a loss before it is one on the server. What this process was not let run for is subtracted;
 * a thread may have to wait for a processor all the same, so some may be late, but few and by little.
 */
final class ToldInTime implements AutoCloseable {

    /** What a busy machine may take to run a thread whose time has come, and another that it calls. */
    static final Duration BUSY = Duration.ofMillis(250);

    private final StallWatch stalls = StallWatch.start();
    private final List<Long> late = new ArrayList<>();
    private int tries;

    /** One was told then, and it ends on the server then, by {@link System#nanoTime()}. */
    void told(long toldNanos, long serverEndNanos) {
        tries++;
        long after = toldNanos - serverEndNanos;
        // It was due before: what it was stopped for then has made it late, too.
        long stopped = stalls.nanosWithin(serverEndNanos - BUSY.toNanos(), toldNanos);
        if (after - stopped > 0) {
            late.add((after - stopped) / 1_000);
        }
    }

    /** Most were in time, and none was late by more than a busy machine explains. */
    void check() {
        System.out.println("[told] " + tries + " times; late, in µs: " + late);
        assertThat(late).as("µs that a holder was told late").allMatch(micros -> micros < BUSY.toMillis() * 1_000);
        assertThat(late.size() * 3).as("late of %d: %s", tries, late).isLessThanOrEqualTo(tries);
    }

    @Override
    public void close() {
        stalls.close();
    }
}
