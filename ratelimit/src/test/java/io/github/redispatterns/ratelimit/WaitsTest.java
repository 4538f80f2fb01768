package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class WaitsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Whoever loses every race for a minute is refused thousands of times. */
    @Test
    void aRefusalLeavesNothingBehind() {
        AtomicInteger asked = new AtomicInteger();
        try (Waits waits = new Waits()) {
            CompletableFuture<Decision> wait = waits.until(
                    MINUTE, () -> CompletableFuture.completedFuture(decision(asked.incrementAndGet() > 200)));
            Awaitility.await().until(() -> asked.get() > 50);
            assertThat(wait.getNumberOfDependents()).isLessThan(5);
            assertThat(Sync.await(wait).allowed()).isTrue();
        }
        assertThat(asked).hasValue(201);
    }

    /** Where an answer is there at once, as a fallback's is, whoever waits is told by the thread that has asked for him. */
    @Test
    void aCallerThatBlocksInAContinuationStopsNobodyElse() throws Exception {
        try (Waits waits = new Waits()) {
            CompletableFuture<Decision> refusedOnce = waits.until(MINUTE, refusals(1));
            CompletableFuture<Decision> other =
                    refusedOnce.thenApply(granted -> Sync.await(waits.until(MINUTE, refusals(1))));
            CompletableFuture<Decision> tooLate = waits.until(Duration.ofMillis(6), refusals(Integer.MAX_VALUE))
                    .thenApply(refused -> Sync.await(waits.until(MINUTE, refusals(1))));
            assertThat(other.get(10, TimeUnit.SECONDS).allowed()).isTrue();
            assertThat(tooLate.get(10, TimeUnit.SECONDS).allowed()).isTrue();
        }
    }

    private static Supplier<CompletionStage<Decision>> refusals(int count) {
        AtomicInteger asked = new AtomicInteger();
        return () -> CompletableFuture.completedFuture(decision(asked.incrementAndGet() > count));
    }

    private static Decision decision(boolean allowed) {
        Duration wait = allowed ? Duration.ZERO : Duration.ofMillis(5);
        return new Decision(allowed, 0, wait, MINUTE, false, Optional.empty());
    }
}
