package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.lab.ratelimit.Decided.Outcome;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One user's calls to several gateways, at a steady pace and whatever becomes of them, until this is closed. */
final class Callers implements AutoCloseable {

    private static final int FAREWELL_SECONDS = 20;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Queue<Decided> decided = new ConcurrentLinkedQueue<>();
    private final AtomicLong underWay = new AtomicLong();
    private final List<Supplier<CompletionStage<Outcome>>> gateways;
    private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor();

    /** Begins. */
    Callers(List<Supplier<CompletionStage<Outcome>>> gateways, long paceMillis) {
        this.gateways = List.copyOf(gateways);
        pacer.scheduleAtFixedRate(() -> this.gateways.forEach(this::call), 0, paceMillis, TimeUnit.MILLISECONDS);
    }

    private void call(Supplier<CompletionStage<Outcome>> gateway) {
        long begin = System.nanoTime();
        underWay.incrementAndGet();
        try {
            gateway.get().whenComplete((outcome, failure) -> ended(begin, failure == null ? outcome : null));
        } catch (RuntimeException e) {
            ended(begin, null);
        }
    }

    private void ended(long begin, @Nullable Outcome outcome) {
        decided.add(new Decided(begin, System.nanoTime(), outcome == null ? Outcome.FAILED : outcome));
        underWay.decrementAndGet();
    }

    /** The decisions so far on calls made in a stretch of time. */
    List<Decided> decided(long fromNanos, long toNanos) {
        return decided.stream().filter(each -> each.beganIn(fromNanos, toNanos)).toList();
    }

    /** When the last call was made that Redis did not decide, but no earlier than that. */
    long lastWithoutRedis(long sinceNanos) {
        long last = sinceNanos;
        for (Decided each : decided) {
            if (!each.outcome().isOrdinary() && each.beginNanos() - last > 0) {
                last = each.beginNanos();
            }
        }
        return last;
    }

    /** Makes no more calls; all are decided when this returns. */
    @Override
    public void close() {
        pacer.shutdownNow();
        long begin = System.nanoTime();
        while (!pacer.isTerminated() || underWay.get() > 0) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(FAREWELL_SECONDS)) {
                throw new IllegalStateException("A call was not decided within " + FAREWELL_SECONDS + " s");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
