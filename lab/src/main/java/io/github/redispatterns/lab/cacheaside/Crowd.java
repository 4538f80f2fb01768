package io.github.redispatterns.lab.cacheaside;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/** Many reader threads that all begin at the same moment. */
final class Crowd {

    private static final int PATIENCE_MINUTES = 3;
    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(2 * PATIENCE_MINUTES);

    private final ExecutorService threads;
    private final CountDownLatch linedUp;
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<Future<Boolean>> right = new ArrayList<>();
    /** Its range is fixed: one that grows loses counts, or its own bounds, when many threads make it grow at once. */
    private final Histogram micros = new AtomicHistogram(LONGEST_MICROS, 3);

    /** When this returns, every reader stands at the line. */
    Crowd(int readers, Callable<Product> read, Product expected) throws InterruptedException {
        threads = Executors.newFixedThreadPool(readers);
        linedUp = new CountDownLatch(readers);
        for (int i = 0; i < readers; i++) {
            right.add(threads.submit(() -> {
                linedUp.countDown();
                go.await();
                long begin = System.nanoTime();
                Product product = read.call();
                micros.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin));
                return product.equals(expected);
            }));
        }
        linedUp.await();
    }

    /** Lets all readers begin, and waits until all have their answers. */
    Reading go() throws Exception {
        go.countDown();
        try {
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
            long wrong = 0;
            for (Future<Boolean> each : right) {
                if (!each.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    wrong++;
                }
            }
            return new Reading(wrong, micros);
        } finally {
            threads.shutdownNow();
        }
    }
}
