package io.github.redispatterns.lab.cacheaside;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Reader threads that read again and again, each at a steady pace, from when this is made until it is closed. */
final class Traffic implements AutoCloseable {

    private static final int FAREWELL_SECONDS = 60;

    /** What a reader does at each of its turns. */
    interface Read {

        /** Reads something; false if the answer is not what the database has. */
        boolean isRight(int reader, Random random) throws Exception;
    }

    private final Read read;
    private final long paceNanos;
    private final ExecutorService threads;
    private volatile Tally tally = new Tally();
    private volatile boolean ended;

    /**
     * Begins.
     *
     * @param pace how much later each read of one reader begins than the one before; if that took longer, at once
     * @param seed what every reader's random choices follow from
     */
    Traffic(int count, Duration pace, long seed, Read read) {
        this.read = read;
        this.paceNanos = pace.toNanos();
        this.threads = Executors.newFixedThreadPool(count);
        for (int i = 0; i < count; i++) {
            int reader = i;
            threads.execute(() -> goOnReading(reader, new Random(seed + reader)));
        }
    }

    /** The tally in which the reads are counted that begin now. */
    Tally tally() {
        return tally;
    }

    /** Lets it go on for some time. */
    void goOn(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** From now on the reads that begin are counted in another tally: this one. */
    Tally count() {
        Tally next = new Tally();
        tally = next;
        return next;
    }

    private void goOnReading(int reader, Random random) {
        long next = System.nanoTime() + (long) (random.nextDouble() * paceNanos); // so that they take turns
        while (!ended) {
            long now = System.nanoTime();
            if (next - now > 0) {
                LockSupport.parkNanos(next - now);
            } else {
                next = now - next > paceNanos ? now : next + paceNanos; // what was missed is not made up for
                readOnce(reader, random, tally);
            }
        }
    }

    private void readOnce(int reader, Random random, Tally into) {
        long begin = System.nanoTime();
        try {
            if (!read.isRight(reader, random)) {
                into.wrong();
            }
        } catch (Exception | Error e) {
            into.failed(e);
        }
        into.took(System.nanoTime() - begin);
    }

    /** Ends the reading; the tallies are complete when this returns. */
    @Override
    public void close() {
        ended = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("A reader did not end within " + FAREWELL_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            threads.shutdownNow();
        }
    }
}
