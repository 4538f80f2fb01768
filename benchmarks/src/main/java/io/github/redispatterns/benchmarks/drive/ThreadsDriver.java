package io.github.redispatterns.benchmarks.drive;

import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** Callers that wait for each operation. */
final class ThreadsDriver implements Driver {

    private final Subject subject;
    private final Callers callers;

    ThreadsDriver(Subject subject, int threads) {
        this.subject = subject;
        this.callers = new Callers(threads);
    }

    @Override
    public Round run(Duration length) throws Exception {
        CyclicBarrier start = new CyclicBarrier(callers.size());
        List<Future<Round>> parts = callers.each(caller -> {
            start.await();
            return drive(caller, length.toNanos());
        });
        return sum(parts);
    }

    private Round drive(int caller, long nanos) throws Exception {
        Histogram latencies = Latencies.histogram();
        long start = System.nanoTime();
        long before = start;
        long operations = 0;
        do {
            subject.call(caller);
            long after = System.nanoTime();
            Latencies.record(latencies, after - before);
            before = after;
            operations++;
        } while (before - start < nanos);
        return new Round(operations, Latencies.perSecond(operations, before - start), latencies);
    }

    /** The callers' rates are added: the last one's wait for its last operation is no time that the others worked. */
    private static Round sum(List<Future<Round>> parts) throws Exception {
        Histogram latencies = Latencies.histogram();
        long operations = 0;
        double opsPerSecond = 0;
        List<Long> shares = new ArrayList<>();
        for (Future<Round> part : parts) {
            Round round = Callers.get(part);
            latencies.add(round.latencies());
            operations += round.operations();
            opsPerSecond += round.opsPerSecond();
            shares.add(round.operations());
        }
        return new Round(operations, opsPerSecond, latencies).withShares(shares);
    }

    @Override
    public void close() {
        callers.close();
    }
}
