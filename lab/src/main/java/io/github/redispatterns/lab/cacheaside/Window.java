package io.github.redispatterns.lab.cacheaside;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets a bounded number of asynchronous calls be under way at once. For one thread. */
final class Window {

    private static final int CALLS = 500;
    private static final long PATIENCE_SECONDS = 60;

    private final Semaphore free = new Semaphore(CALLS);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Makes a call once there is room for it. */
    void add(Supplier<? extends CompletionStage<?>> call) throws InterruptedException {
        take(1);
        CompletionStage<?> unused = call.get().whenComplete((answer, thrown) -> {
            if (thrown != null) {
                failure.compareAndSet(null, thrown);
            }
            free.release();
        });
    }

    /** Waits for the last of them, and fails as the first that failed. */
    void finish() throws InterruptedException {
        take(CALLS);
        free.release(CALLS);
        Throwable first = failure.get();
        if (first != null) {
            throw new IllegalStateException("A call failed", first);
        }
    }

    private void take(int calls) throws InterruptedException {
        if (!free.tryAcquire(calls, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Calls did not end within " + PATIENCE_SECONDS + " s", failure.get());
        }
    }
}
