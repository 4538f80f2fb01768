package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private final IllegalStateException reason = new IllegalStateException("Redis is down");

    private final ConcurrentLinkedQueue<CompletableFuture<Integer>> running = new ConcurrentLinkedQueue<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Duration patience = Duration.ZERO;

    @Test
    void noMoreRunAtOnceThanAllowedAndAllHaveTheirTurn() {
        Admission admission = admission(3, Duration.ofMinutes(1));
        List<CompletionStage<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(run(admission, this::load));
        }
        assertThat(running).hasSize(3);
        assertThat(registry.get("redis.patterns.cacheaside.bypass.waiting")
                        .gauge()
                        .value())
                .isEqualTo(7);
        for (int done = 1; done <= 10; done++) {
            Awaitility.await().until(() -> !running.isEmpty());
            assertThat(running.size()).isLessThanOrEqualTo(3);
            running.poll().complete(done);
        }
        for (CompletionStage<Integer> each : all) {
            assertThat(Sync.<Integer>await(each)).isBetween(1, 10);
        }
    }

    @Test
    void aLoadThatFailsOrThrowsGivesItsPlaceBack() {
        Admission admission = admission(1, Duration.ofMinutes(1));
        IllegalStateException bug = new IllegalStateException("bug");
        assertThatThrownBy(() -> Sync.await(run(admission, () -> CompletableFuture.failedFuture(bug))))
                .isSameAs(bug);
        assertThatThrownBy(() -> Sync.await(run(admission, () -> {
                    throw bug;
                })))
                .isSameAs(bug);
        assertThat(Sync.<Integer>await(run(admission, () -> CompletableFuture.completedFuture(1))))
                .isEqualTo(1);
    }

    @Test
    void theWaitForATurnIsBoundedAndAbandonedTurnsArePassedOn() {
        Admission admission = admission(1, Duration.ofMillis(100));
        CompletionStage<Integer> first = run(admission, this::load);
        CompletionStage<Integer> late = run(admission, this::load);
        assertThatThrownBy(() -> Sync.await(late)).isInstanceOf(LoadTimeoutException.class);
        running.poll().complete(1);
        assertThat(Sync.<Integer>await(first)).isEqualTo(1);
        assertThat(running).isEmpty();
        assertThat(Sync.<Integer>await(run(admission, () -> CompletableFuture.completedFuture(2))))
                .isEqualTo(2);
    }

    /** Who has waited for another's load already has only the rest of its time. */
    @Test
    void theWaitForATurnEndsWhenTheWholeWaitDoes() {
        Admission admission = admission(1, Duration.ofMinutes(1));
        CompletionStage<Integer> first = run(admission, this::load);
        long soon = System.nanoTime() + Duration.ofMillis(50).toNanos();
        CompletionStage<Integer> late = admission.run(reason, null, soon, this::load);
        CompletionStage<Integer> tooLate = admission.run(reason, null, System.nanoTime() - 1, this::load);
        for (CompletionStage<Integer> each : List.of(late, tooLate)) {
            assertThat(each.toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(LoadTimeoutException.class)
                    .withMessageContaining("60000 ms");
        }
        running.poll().complete(1);
        assertThat(Sync.<Integer>await(first)).isEqualTo(1);
    }

    /** Nothing else ends that would look at the line. */
    @Test
    void whoHasWaitedTooLongIsNotInLineAnyMore() {
        Admission admission = admission(1, Duration.ofMillis(100));
        CompletionStage<Integer> hanging = run(admission, this::load);
        List<CompletionStage<Integer>> late = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            late.add(run(admission, this::load));
        }
        for (CompletionStage<Integer> each : late) {
            assertThatThrownBy(() -> Sync.await(each)).isInstanceOf(LoadTimeoutException.class);
        }
        Awaitility.await()
                .until(() -> registry.get("redis.patterns.cacheaside.bypass.waiting")
                                .gauge()
                                .value()
                        == 0);
        assertThat(hanging.toCompletableFuture()).isNotDone();
    }

    @Test
    void ifNoneMayGoPastTheReasonIsTheFailure() {
        Admission closed = admission(0, Duration.ofMinutes(1));
        assertThatThrownBy(() -> Sync.await(run(closed, this::load))).isSameAs(reason);
        assertThat(running).isEmpty();
    }

    @Test
    void underManyThreadsTheBoundHolds() throws Exception {
        Admission admission = admission(4, Duration.ofMinutes(1));
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        ExecutorService database = Executors.newFixedThreadPool(32);
        for (int i = 0; i < 20_000; i++) {
            threads.execute(() -> run(
                            admission,
                            () -> CompletableFuture.supplyAsync(
                                    () -> {
                                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                                        return now.decrementAndGet();
                                    },
                                    database))
                    .whenComplete((value, failure) -> done.incrementAndGet()));
        }
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> done.get() == 20_000);
        assertThat(most.get()).isBetween(1, 4);
        threads.shutdown();
        database.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(database.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private <T> CompletionStage<T> run(Admission admission, Supplier<CompletionStage<T>> load) {
        return admission.run(reason, null, System.nanoTime() + patience.toNanos(), load);
    }

    private CompletionStage<Integer> load() {
        CompletableFuture<Integer> load = new CompletableFuture<>();
        running.add(load);
        return load;
    }

    private Admission admission(int loads, Duration maxWait) {
        patience = maxWait;
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(5))
                .leaseTime(Duration.ofMillis(50))
                .maxWait(maxWait)
                .maxBypassLoads(loads)
                .build();
        return new Admission(options, new CacheMetrics(registry, "default"));
    }
}
