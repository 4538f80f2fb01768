package io.github.redispatterns.benchmarks.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.subject.BatchSubject;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class DriverTest {

    private static final Duration SHORT = Duration.ofMillis(20);
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
