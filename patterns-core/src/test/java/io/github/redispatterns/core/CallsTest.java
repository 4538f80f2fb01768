package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class CallsTest {

    private final RedisException refused = new RedisException("Currently not connected. Commands are rejected.");
    private final RedisException lost = new RedisException("Connection disconnected");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Calls calls = new Calls(Duration.ofMillis(300), false, new CoreMetrics(registry), () -> {});
    private final Queue<CompletionStage<String>> attempts = new ArrayDeque<>();

    @Test
    void whatWasNotExecutedIsRepeated() {
        attempts.add(CompletableFuture.failedFuture(refused));
        attempts.add(CompletableFuture.failedFuture(new RedisCommandExecutionException("TRYAGAIN x")));
        attempts.add(CompletableFuture.completedFuture("done"));
        assertThat(run(Calls.Repeat.IF_NOT_EXECUTED)).isEqualTo("done");
        assertThat(registry.counter("redis.patterns.core.retries").count()).isEqualTo(2);
    }

    @Test
    void whatMayHaveBeenExecutedIsNotRepeated() {
        attempts.add(CompletableFuture.failedFuture(lost));
        attempts.add(CompletableFuture.completedFuture("twice"));
        assertThatThrownBy(() -> run(Calls.Repeat.IF_NOT_EXECUTED))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasCause(lost);
        assertThat(attempts).hasSize(1);
    }

    @Test
    void anIdempotentCallIsRepeatedAfterALostReply() {
        attempts.add(CompletableFuture.failedFuture(lost));
        attempts.add(CompletableFuture.completedFuture("done"));
        assertThat(run(Calls.Repeat.EVEN_IF_UNKNOWN)).isEqualTo("done");
    }

    @Test
    void oneUnknownAttemptMakesTheWholeCallUnknown() {
        attempts.add(CompletableFuture.failedFuture(lost));
        assertThatThrownBy(() -> run(Calls.Repeat.EVEN_IF_UNKNOWN))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasCause(lost);
    }

    @Test
    void refusalsUntilTheDeadlineAreNotExecuted() {
        long began = System.nanoTime();
        assertThatThrownBy(() -> run(Calls.Repeat.IF_NOT_EXECUTED))
                .isInstanceOf(NotExecutedException.class)
                .hasCause(refused);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(400));
    }

    @Test
    void aRepliedErrorIsTheAnswer() {
        attempts.add(CompletableFuture.failedFuture(new RedisCommandExecutionException("WRONGTYPE x")));
        assertThatThrownBy(() -> run(Calls.Repeat.EVEN_IF_UNKNOWN)).isInstanceOf(RedisCommandExecutionException.class);
    }

    @Test
    void silenceEndsAtTheDeadlineAndIsUnknown() {
        attempts.add(new CompletableFuture<>());
        long began = System.nanoTime();
        assertThatThrownBy(() -> run(Calls.Repeat.IF_NOT_EXECUTED)).isInstanceOf(UnknownOutcomeException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(290), Duration.ofMillis(400));
    }

    @Test
    void silenceAfterARefusalEndsAtTheDeadlineToo() {
        attempts.add(CompletableFuture.failedFuture(refused));
        attempts.add(new CompletableFuture<>());
        assertThatThrownBy(() -> run(Calls.Repeat.IF_NOT_EXECUTED)).isInstanceOf(UnknownOutcomeException.class);
    }

    @Test
    void aMissingScriptIsSentWhole() {
        attempts.add(CompletableFuture.failedFuture(new RedisNoScriptException("NOSCRIPT")));
        CompletionStage<String> reply =
                calls.run(Calls.Repeat.IF_NOT_EXECUTED, this::next, () -> CompletableFuture.completedFuture("whole"));
        assertThat(Sync.<String>await(reply)).isEqualTo("whole");
        assertThat(registry.counter("redis.patterns.core.script.loads").count()).isEqualTo(1);
    }

    @Test
    void anAttemptThatThrowsIsAFailedAttempt() {
        assertThatThrownBy(() -> Sync.await(calls.run(
                        Calls.Repeat.IF_NOT_EXECUTED,
                        () -> {
                            throw new IllegalStateException("bug");
                        },
                        null)))
                .isInstanceOf(IllegalStateException.class);
    }

    private String run(Calls.Repeat repeat) {
        return Sync.await(calls.run(repeat, this::next, null));
    }

    private CompletionStage<String> next() {
        CompletionStage<String> next = attempts.poll();
        return next == null ? CompletableFuture.failedFuture(refused) : next;
    }
}
