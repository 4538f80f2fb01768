package io.github.redispatterns.benchmarks.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.subject.BatchSubject;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DriverTest {

    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int CALLERS = 4;
    private static final List<Load> LOADS = List.of(Load.window(4), Load.batch(4));

    @Test
    void everyOperationIsCountedAndTimed() throws Exception {
        for (Load load : LOADS) {
            Round round = run(new Fake("right"), load);
            assertThat(round.operations()).isPositive();
            assertThat(round.latencies().getTotalCount()).isEqualTo(round.operations());
        }
    }

    @Test
    void aWrongReplyEndsTheRun() {
        for (Load load : LOADS) {
            assertThatThrownBy(() -> run(new Fake("wrong"), load)).hasRootCauseMessage("The reply is wrong");
        }
    }

    @Test
    void aFailureEndsTheRun() {
        for (Load load : LOADS) {
            assertThatThrownBy(() -> run(new Failing(), load)).hasRootCauseMessage("No reply");
        }
    }

    @Test
    void whoCannotFlushByHandMakesNoBatches() {
        Subject plain = new Subject() {
            @Override
            public void call(int thread) {}

            @Override
            public void close() {}
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Driver.of(Load.batch(4), plain))
                .withMessageEndingWith("has no manual flush, so it makes no batches");
    }

    @Test
    void aCrowdIsOneOperation() throws Exception {
        Crowd crowd = new Crowd();
        Round round = run(crowd, Load.crowd(CALLERS));
        assertThat(round.operations()).isPositive();
        assertThat(round.latencies().getTotalCount()).isEqualTo(round.operations());
        assertThat(crowd.calls).allMatch(calls -> calls.get() == round.operations());
        assertThat(crowd.rehearsals).allMatch(rehearsals -> rehearsals.get() > 0);
        assertThat(crowd.together).as("at once").isTrue();
    }

    @Test
    void aCrowdTakesAsLongAsItsSlowest() throws Exception {
        Round round = run(
                new Fake("right") {
                    @Override
                    public void call(int thread) {
                        if (thread == 1) {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
                        }
                    }
                },
                Load.crowd(CALLERS));
        assertThat(round.operations()).isEqualTo(1);
        assertThat(round.latencies().getMinValue()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(25));
        assertThat(round.opsPerSecond()).isBetween(1.0, 40.0);
    }

    @Test
    void oneWhoFailsEndsTheRunOfTheCrowd() {
        assertThatThrownBy(() -> run(new Fake("wrong"), Load.crowd(CALLERS))).hasMessage("The reply is wrong");
    }

    private static Round run(Subject subject, Load load) throws Exception {
        try (Driver driver = Driver.of(load, subject)) {
            return driver.run(SHORT);
        }
    }

    /** Replies at once. */
    private static class Fake implements BatchSubject {

        private final String reply;

        Fake(String reply) {
            this.reply = reply;
        }

        @Override
        public void call(int thread) {
            check(reply);
        }

        @Override
        public CompletionStage<?> callAsync() {
            return CompletableFuture.completedFuture(reply);
        }

        @Override
        public void check(Object got) {
            if (!"right".equals(got)) {
                throw new IllegalStateException("The reply is wrong");
            }
        }

        @Override
        public void holdBack() {}

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** Everybody waits for everybody: it ends only if all call at once, each as often as the others. */
    private static final class Crowd extends Fake {

        private final List<AtomicInteger> calls =
                Stream.generate(AtomicInteger::new).limit(CALLERS).toList();
        private final List<AtomicInteger> rehearsals =
                Stream.generate(AtomicInteger::new).limit(CALLERS).toList();
        private final CyclicBarrier meeting = new CyclicBarrier(CALLERS);
        private volatile boolean together = true;

        Crowd() {
            super("right");
        }

        @Override
        public void call(int thread) {
            calls.get(thread).incrementAndGet();
            try {
                meeting.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                together = false;
            }
        }

        @Override
        public void rehearse(int thread) {
            if (calls.get(thread).get() == 0) {
                rehearsals.get(thread).incrementAndGet();
            }
        }
    }

    private static final class Failing extends Fake {

        Failing() {
            super("right");
        }

        @Override
        public CompletionStage<?> callAsync() {
            return CompletableFuture.failedFuture(new IllegalStateException("No reply"));
        }
    }
}
