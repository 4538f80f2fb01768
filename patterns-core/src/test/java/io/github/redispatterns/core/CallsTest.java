package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CallsTest {

    private final RedisException refused = new RedisException("Currently not connected. Commands are rejected.");
    private final RedisException lost = new RedisException("Connection disconnected");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CoreMetrics metrics = new CoreMetrics(registry);
    /** For calls that end at their deadline. */
    private final Calls calls = new Calls(Duration.ofMillis(300), metrics, () -> {});
    /** For calls that end before it, however slow the machine is. */
    private final Calls patient = new Calls(Duration.ofSeconds(20), metrics, () -> {});

    private final Queue<CompletionStage<String>> attempts = new ArrayDeque<>();

    @Test
    void whatWasNotExecutedIsRepeated() {
        attempts.add(CompletableFuture.failedFuture(refused));
        attempts.add(CompletableFuture.failedFuture(new RedisCommandExecutionException("TRYAGAIN x")));
        attempts.add(CompletableFuture.completedFuture("done"));
        assertThat(runPatiently(Call.Repeat.IF_NOT_EXECUTED)).isEqualTo("done");
        assertThat(registry.counter("redis.patterns.core.retries").count()).isEqualTo(2);
    }

    @Test
    void whatMayHaveBeenExecutedIsNotRepeated() {
        attempts.add(CompletableFuture.failedFuture(lost));
        attempts.add(CompletableFuture.completedFuture("twice"));
        assertThatThrownBy(() -> run(Call.Repeat.IF_NOT_EXECUTED))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasCause(lost);
        assertThat(attempts).hasSize(1);
    }

    @Test
    void anIdempotentCallIsRepeatedAfterALostReply() {
        attempts.add(CompletableFuture.failedFuture(lost));
        attempts.add(CompletableFuture.completedFuture("done"));
        assertThat(runPatiently(Call.Repeat.EVEN_IF_UNKNOWN)).isEqualTo("done");
    }

    @Test
    void oneUnknownAttemptMakesTheWholeCallUnknown() {
        attempts.add(CompletableFuture.failedFuture(lost));
        assertThatThrownBy(() -> run(Call.Repeat.EVEN_IF_UNKNOWN))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasCause(lost);
    }

    @Test
    void refusalsUntilTheDeadlineAreNotExecuted() {
        long began = System.nanoTime();
        assertThatThrownBy(() -> run(Call.Repeat.IF_NOT_EXECUTED))
                .isInstanceOf(NotExecutedException.class)
                .hasCause(refused);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(400));
    }

    @Test
    void aRepliedErrorIsTheAnswer() {
        attempts.add(CompletableFuture.failedFuture(new RedisCommandExecutionException("WRONGTYPE x")));
        assertThatThrownBy(() -> run(Call.Repeat.EVEN_IF_UNKNOWN)).isInstanceOf(RedisCommandExecutionException.class);
    }

    @Test
    void silenceEndsAtTheDeadlineAndIsUnknown() {
        attempts.add(new CompletableFuture<>());
        long began = System.nanoTime();
        assertThatThrownBy(() -> run(Call.Repeat.IF_NOT_EXECUTED)).isInstanceOf(UnknownOutcomeException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(290), Duration.ofMillis(400));
    }

    @Test
    void silenceAfterARefusalEndsAtTheDeadlineToo() {
        attempts.add(CompletableFuture.failedFuture(refused));
        attempts.add(new CompletableFuture<>());
        assertThatThrownBy(() -> run(Call.Repeat.IF_NOT_EXECUTED)).isInstanceOf(UnknownOutcomeException.class);
    }

    @Test
    void aMissingScriptIsSentWhole() {
        attempts.add(CompletableFuture.failedFuture(new RedisNoScriptException("NOSCRIPT")));
        CompletionStage<String> reply =
                calls.run(Call.Repeat.IF_NOT_EXECUTED, this::next, () -> CompletableFuture.completedFuture("whole"));
        assertThat(Sync.<String>await(reply)).isEqualTo("whole");
        assertThat(registry.counter("redis.patterns.core.script.loads").count()).isEqualTo(1);
    }

    /** Lettuce writes no command that is done: what was still queued at the deadline is never sent. */
    @Test
    void theCommandEndsWithItsCall() {
        WatchedCommand<String, String, String> command =
                new WatchedCommand<>(new Command<>(CommandType.GET, new StatusOutput<>(StringCodec.UTF8), null));
        CompletionStage<String> reply = calls.run(Call.Repeat.IF_NOT_EXECUTED, () -> command, null);
        assertThatThrownBy(() -> Sync.await(reply)).isInstanceOf(UnknownOutcomeException.class);
        assertThat(command.isDone()).isTrue();
    }

    @Test
    void aScriptThatIsFoundMissingAfterTheDeadlineIsNotSent() {
        CompletableFuture<String> late = new CompletableFuture<>();
        AtomicInteger sentWhole = new AtomicInteger();
        CompletionStage<String> reply = calls.run(Call.Repeat.EVEN_IF_UNKNOWN, () -> late, () -> {
            sentWhole.incrementAndGet();
            return new CompletableFuture<>();
        });
        assertThatThrownBy(() -> Sync.await(reply)).isInstanceOf(UnknownOutcomeException.class);
        late.completeExceptionally(new RedisNoScriptException("NOSCRIPT"));
        assertThat(sentWhole).hasValue(0);
    }

    @Test
    void aServerThatAnswersNoscriptToTheWholeScriptIsAnswered() {
        RedisNoScriptException noScript = new RedisNoScriptException("NOSCRIPT of the script's own");
        attempts.add(CompletableFuture.failedFuture(noScript));
        CompletionStage<String> reply =
                calls.run(Call.Repeat.IF_NOT_EXECUTED, this::next, () -> CompletableFuture.failedFuture(noScript));
        assertThatThrownBy(() -> Sync.await(reply)).isSameAs(noScript);
    }

    @Test
    void anAnswerAfterALostReplyLeavesTheOutcomeUnknown() {
        RedisCommandExecutionException full = new RedisCommandExecutionException("OOM x");
        attempts.add(CompletableFuture.failedFuture(lost));
        attempts.add(CompletableFuture.failedFuture(full));
        assertThatThrownBy(() -> run(Call.Repeat.EVEN_IF_UNKNOWN))
                .isInstanceOf(UnknownOutcomeException.class)
                .cause()
                .isSameAs(lost)
                .hasSuppressedException(full);
    }

    /** Under many calls that are refused to the last moment, none is sent after its caller was told that none was. */
    @Test
    void nothingIsSentAfterTheCallerWasToldThatNothingWas() {
        Calls hasty = new Calls(Duration.ofMillis(10), metrics, () -> {});
        AtomicInteger late = new AtomicInteger();
        List<CompletableFuture<String>> results = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            AtomicReference<CompletableFuture<String>> result = new AtomicReference<>();
            result.set(hasty.<String>run(
                            Call.Repeat.IF_NOT_EXECUTED,
                            () -> {
                                if (failure(result.get()) instanceof NotExecutedException) {
                                    late.incrementAndGet();
                                }
                                return CompletableFuture.failedFuture(refused);
                            },
                            null)
                    .toCompletableFuture());
            results.add(result.get());
        }
        Awaitility.await().until(() -> results.stream().allMatch(CompletableFuture::isDone));
        // A few may have been on their way at the deadline, and are rightly unknown.
        long notExecuted = results.stream()
                .filter(result -> failure(result) instanceof NotExecutedException)
                .count();
        assertThat(notExecuted).isGreaterThan(results.size() / 2);
        assertThat(late).hasValue(0);
    }

    private static Throwable failure(CompletableFuture<String> result) {
        return result == null || !result.isDone()
                ? null
                : result.handle((value, failure) -> Sync.unwrap(failure)).join();
    }

    /** The thread behind all timeouts of the JVM must not run what a caller may block in. */
    @Test
    void continuationsDoNotRunOnTheTimeoutThread() {
        for (CompletionStage<String> last :
                List.<CompletionStage<String>>of(CompletableFuture.failedFuture(refused), new CompletableFuture<>())) {
            attempts.clear();
            attempts.add(CompletableFuture.failedFuture(refused));
            attempts.add(last);
            String thread = Sync.await(calls.run(Call.Repeat.IF_NOT_EXECUTED, this::next, null)
                    .handle((value, failure) -> Thread.currentThread().getName()));
            assertThat(thread).doesNotContainIgnoringCase("DelayScheduler");
        }
    }

    @Test
    void anAttemptThatThrowsIsAFailedAttempt() {
        assertThatThrownBy(() -> Sync.await(calls.run(
                        Call.Repeat.IF_NOT_EXECUTED,
                        () -> {
                            throw new IllegalStateException("bug");
                        },
                        null)))
                .isInstanceOf(IllegalStateException.class);
    }

    private String run(Call.Repeat repeat) {
        return Sync.await(calls.run(repeat, this::next, null));
    }

    private String runPatiently(Call.Repeat repeat) {
        return Sync.await(patient.run(repeat, this::next, null));
    }

    private CompletionStage<String> next() {
        CompletionStage<String> next = attempts.poll();
        return next == null ? CompletableFuture.failedFuture(refused) : next;
    }
}
