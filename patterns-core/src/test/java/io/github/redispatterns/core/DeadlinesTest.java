package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Calls end at their deadlines, however many there are and whatever their callers do. */
class DeadlinesTest {

    private static final Duration TIMEOUT = Duration.ofMillis(200);

    private final Calls calls = new Calls(TIMEOUT, new CoreMetrics(new SimpleMeterRegistry()), () -> {});

    @Test
    void everyOneOfManyOverdueCallsEnds() {
        List<CompletableFuture<String>> silent = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            silent.add(silent());
        }
        Awaitility.await()
                .atMost(TIMEOUT.plusSeconds(2))
                .until(() -> silent.stream().allMatch(CompletableFuture::isDone));
        assertThat(silent).allMatch(call -> failure(call) instanceof UnknownOutcomeException);
    }

    /** The clock must not stop while a lone call is pending. */
    @Test
    void aCallThatOutlastsTheIdleTimeEndsToo() {
        Calls slow = new Calls(Duration.ofMillis(1500), new CoreMetrics(new SimpleMeterRegistry()), () -> {});
        CompletableFuture<String> call = silent(slow);
        Awaitility.await().until(call::isDone);
        assertThat(failure(call)).isInstanceOf(UnknownOutcomeException.class);
    }

    @Test
    void neverBeforeTheDeadline() {
        long began = System.nanoTime();
        assertThatThrownBy(() -> Sync.await(silent())).isInstanceOf(UnknownOutcomeException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(TIMEOUT);
    }

    /** Of calls that end in the same tick, too. */
    @Test
    void whoBlocksInAContinuationStopsNoOtherCall() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        try {
            List<CompletableFuture<String>> sameTick = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                CompletableFuture<String> call = silent();
                sameTick.add(call);
                if (i % 25 == 0) {
                    CompletionStage<String> unused = call.whenComplete((value, failure) -> awaitQuietly(stuck));
                }
            }
            Awaitility.await().until(() -> sameTick.stream().allMatch(CompletableFuture::isDone));
            assertThatThrownBy(() -> Sync.await(silent())).isInstanceOf(UnknownOutcomeException.class);
        } finally {
            stuck.countDown();
        }
    }

    /** What ends a call also tells a registry and asks for the topology, and these may fail. */
    @Test
    void aFailureWhileOneCallIsEndedLosesNoOther() {
        AtomicInteger told = new AtomicInteger();
        Calls unlucky = new Calls(TIMEOUT, new CoreMetrics(new SimpleMeterRegistry()), () -> {
            told.incrementAndGet();
            throw new IllegalStateException("no topology");
        });
        List<CompletableFuture<String>> silent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            silent.add(silent(unlucky));
        }
        Awaitility.await().until(() -> silent.stream().allMatch(CompletableFuture::isDone));
        Awaitility.await().untilAsserted(() -> assertThat(told).hasValue(100));
    }

    /** After a pause the thread has ended, and the next call starts it again. */
    @Test
    void ticksOnlyWhileThereAreCalls() {
        assertThatThrownBy(() -> Sync.await(silent())).isInstanceOf(UnknownOutcomeException.class);
        Awaitility.await().until(() -> clocks() == 0);
        CompletableFuture<String> late = silent();
        assertThat(clocks()).isEqualTo(1);
        assertThatThrownBy(() -> Sync.await(late)).isInstanceOf(UnknownOutcomeException.class);
    }

    /** A call that lasts must not keep in memory those that came and went beside it. */
    @Test
    void aPendingCallKeepsNoOther() {
        Calls patient = new Calls(Duration.ofMinutes(1), new CoreMetrics(new SimpleMeterRegistry()), () -> {});
        WeakReference<Object> earlier = new WeakReference<>(answeredLater(patient));
        CompletableFuture<String> reply = new CompletableFuture<>();
        CompletionStage<String> pending = patient.run(Call.Repeat.IF_NOT_EXECUTED, () -> reply, null);
        WeakReference<Object> later = new WeakReference<>(answeredLater(patient));
        Awaitility.await().until(() -> {
            System.gc();
            return earlier.get() == null && later.get() == null;
        });
        assertThat(pending).isNotDone();
        reply.complete("and the clock may stop");
    }

    private static CompletionStage<String> answeredLater(Calls calls) {
        CompletableFuture<String> reply = new CompletableFuture<>();
        CompletionStage<String> call = calls.run(Call.Repeat.IF_NOT_EXECUTED, () -> reply, null);
        reply.complete("reply");
        return call;
    }

    private CompletableFuture<String> silent() {
        return silent(calls);
    }

    private static CompletableFuture<String> silent(Calls calls) {
        return calls.<String>run(Call.Repeat.IF_NOT_EXECUTED, CompletableFuture::new, null)
                .toCompletableFuture();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long clocks() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("redis-patterns-deadlines"))
                .count();
    }

    private static Throwable failure(CompletableFuture<String> call) {
        return call.handle((value, failure) -> Sync.unwrap(failure)).join();
    }
}
