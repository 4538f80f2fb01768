package io.github.redispatterns.benchmarks.drive;

import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Callers that wait for each operation. A caller is the same thread in every round: locks know their owners by it. */
final class ThreadsDriver implements Driver {

    private final Subject subject;
    private final List<ExecutorService> callers = new ArrayList<>();

    ThreadsDriver(Subject subject, int threads) {
        this.subject = subject;
        for (int i = 0; i < threads; i++) {
            callers.add(Executors.newSingleThreadExecutor());
        }
    }

    @Override
    public Round run(Duration length) throws Exception {
        CyclicBarrier start = new CyclicBarrier(callers.size());
        List<Future<Round>> parts = new ArrayList<>();
        for (int i = 0; i < callers.size(); i++) {
            int caller = i;
            parts.add(callers.get(i).submit(() -> {
                start.await();
                return drive(caller, length.toNanos());
            }));
        }
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
        for (Future<Round> part : parts) {
            Round round = get(part);
            latencies.add(round.latencies());
            operations += round.operations();
            opsPerSecond += round.opsPerSecond();
        }
        return new Round(operations, opsPerSecond, latencies);
    }

    private static Round get(Future<Round> part) throws Exception {
        try {
            return part.get();
        } catch (ExecutionException e) {
            throw Latencies.unwrapped(e);
        }
    }

    @Override
    public void close() {
        callers.forEach(ExecutorService::shutdownNow);
        for (ExecutorService caller : callers) {
            try {
                caller.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
