package io.github.redispatterns.locks;

import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** When this process did not run: a thread that cannot run cannot be told anything, which is no fault of the lock's. */
final class StallWatch implements AutoCloseable {

    private static final long TICK_NANOS = 1_000_000;
    private static final long STALL_NANOS = 3 * TICK_NANOS;

    /** Hears of each stall once it is over, by {@link System#nanoTime()}. */
    interface Listener {
        void stalled(long from, long to);
    }

    private final Collection<long[]> stalls = new ConcurrentLinkedQueue<>();
    private final Listener listener;
    private volatile boolean closed;

    private StallWatch(Listener listener) {
        this.listener = listener;
    }

    static StallWatch start() {
        return start((from, to) -> {});
    }

    static StallWatch start(Listener listener) {
        StallWatch watch = new StallWatch(listener);
        Thread thread = new Thread(watch::run, "stalls");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    /** How much of that time. */
    long nanosWithin(long from, long to) {
        return stalls.stream()
                .mapToLong(stall -> Math.max(0, Math.min(stall[1], to) - Math.max(stall[0], from)))
                .sum();
    }

    private void run() {
        long last = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(TICK_NANOS);
            long now = System.nanoTime();
            if (now - last > STALL_NANOS) {
                stalls.add(new long[] {last, now});
                listener.stalled(last, now);
            }
            last = now;
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
