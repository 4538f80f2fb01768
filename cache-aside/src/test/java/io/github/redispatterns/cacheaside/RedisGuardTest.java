package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.lettuce.core.RedisCommandExecutionException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RedisGuardTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private long now;
    private final RedisGuard guard = new RedisGuard(
            CacheAsideOptions.builder(Duration.ofMinutes(5))
                    .breakerWindow(Duration.ofMillis(50))
                    .build(),
            TIMEOUT,
            new CacheMetrics(registry, "default"),
            () -> now);

    @Test
    void aCallThatWaitedInVainClosesTheWayAtOnce() {
        guard.failed(ago(TIMEOUT), timeout());
        assertThat(guard.mayCall()).isFalse();
        assertThat(state()).isEqualTo(1);
        assertThatThrownBy(() -> Sync.await(guard.call(() -> CompletableFuture.completedFuture("never called"))))
                .isInstanceOf(NotExecutedException.class);
    }

    @Test
    void aSlowCommandAloneDoesNot() {
        long asked = ago(TIMEOUT);
        guard.answered(); // another, since
        guard.failed(asked, timeout());
        assertThat(guard.mayCall()).isTrue();
        assertThat(registry.counter("redis.patterns.cacheaside.unreachable", "cache", "default")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aLostConnectionThatCostNoTimeDoesNot() {
        guard.failed(ago(Duration.ofMillis(5)), timeout());
        assertThat(guard.mayCall()).isTrue();
    }

    @Test
    void anErrorReplyIsAnAnswer() {
        guard.failed(ago(TIMEOUT), new RedisCommandExecutionException("WRONGTYPE"));
        assertThat(guard.mayCall()).isTrue();
    }

    @Test
    void afterTheWindowOneCallTriesAndItsAnswerOpensTheWay() {
        guard.failed(ago(TIMEOUT), timeout());
        Awaitility.await().until(guard::mayCall);
        assertThat(guard.mayCall()).isFalse();
        assertThat(guard.mayCall()).isFalse();
        guard.answered();
        assertThat(guard.mayCall()).isTrue();
        assertThat(guard.mayCall()).isTrue();
        assertThat(state()).isZero();
    }

    @Test
    void aTryThatFailsClosesTheWayForAnotherWindow() {
        guard.failed(ago(TIMEOUT), timeout());
        Awaitility.await().until(guard::mayCall);
        guard.failed(ago(Duration.ofMillis(1)), timeout());
        assertThat(guard.mayCall()).isFalse();
        Awaitility.await().until(guard::mayCall);
    }

    @Test
    void aTryWhoseCallerLeftIsAnothersToMake() {
        guard.failed(ago(TIMEOUT), timeout());
        Awaitility.await().until(guard::mayCall);
        assertThat(guard.mayCall()).isFalse();
        guard.abandoned();
        assertThat(guard.mayCall()).isTrue();
    }

    @Test
    void aCallThatThrowsLeaves() {
        guard.failed(ago(TIMEOUT), timeout());
        IllegalStateException bug = new IllegalStateException("bug");
        Awaitility.await().until(() -> {
            try {
                return Sync.await(guard.call(() -> {
                            throw bug;
                        }))
                        == null;
            } catch (IllegalStateException thrown) {
                return thrown.equals(bug);
            } catch (NotExecutedException closed) {
                return false;
            }
        });
        assertThat(guard.mayCall()).isTrue();
    }

    /** Its answers to reads would keep the way open for the next that waits in vain. */
    @Test
    void aWriteThatWasRefusedUntilTheTimeoutEndsWritesAndNotReads() {
        assertThat(write(TIMEOUT, refused())).isInstanceOf(NotExecutedException.class);
        assertThat(guard.mayCall()).isTrue();
        assertThat(state()).isZero();
        assertThat(guard.writeState().getOrder()).isEqualTo(1);
        assertThat(write(Duration.ZERO, null)).isInstanceOf(NotExecutedException.class);
        Awaitility.await().until(() -> write(Duration.ZERO, null) == null);
        assertThat(guard.writeState().getOrder()).isZero();
    }

    @Test
    void aTryToWriteThatIsRefusedEndsWritesForAnotherWindow() {
        write(TIMEOUT, refused());
        Awaitility.await()
                .until(() -> write(Duration.ZERO, refused()) instanceof NotExecutedException again
                        && again.getCause() != null);
        assertThat(guard.writeState().getOrder()).isEqualTo(1);
        Awaitility.await().until(() -> write(Duration.ZERO, full()) instanceof RedisCommandExecutionException);
        assertThat(guard.writeState().getOrder()).isZero(); // such an answer costs no time
    }

    @Test
    void neitherARefusalThatCostNoTimeNorSilenceEndsWritesAlone() {
        write(Duration.ofMillis(5), refused());
        assertThat(guard.writeState().getOrder()).isZero();
        write(TIMEOUT, timeout());
        assertThat(guard.writeState().getOrder()).isZero();
        assertThat(state()).isEqualTo(1); // all calls
        assertThat(write(Duration.ZERO, null)).isInstanceOf(NotExecutedException.class);
    }

    @Test
    void aWriteThatThrowsLeavesItsTryToAnother() {
        write(TIMEOUT, refused());
        IllegalStateException bug = new IllegalStateException("bug");
        Awaitility.await().until(() -> {
            try {
                return Sync.await(guard.write(() -> {
                            throw bug;
                        }))
                        == null;
            } catch (IllegalStateException thrown) {
                return thrown.equals(bug);
            } catch (NotExecutedException closed) {
                return false;
            }
        });
        assertThat(write(Duration.ZERO, null)).isNull();
    }

    @Test
    void aServerThatCannotStoreIsFull() {
        assertThat(RedisGuard.isFull(new RedisCommandExecutionException("OOM command not allowed")))
                .isTrue();
        assertThat(RedisGuard.isFull(new RedisCommandExecutionException("MISCONF Redis is configured to save")))
                .isTrue();
        assertThat(RedisGuard.isFull(new RedisCommandExecutionException("WRONGTYPE")))
                .isFalse();
        assertThat(RedisGuard.isFull(timeout())).isFalse();
    }

    /** What a write fails with, or null; it takes that time, and then is answered so, if it is sent. */
    private Throwable write(Duration time, Exception answer) {
        now += TimeUnit.MILLISECONDS.toNanos(10);
        CompletableFuture<String> reply = new CompletableFuture<>();
        CompletionStage<String> writing = guard.write(() -> reply);
        now += time.toNanos();
        if (answer == null) {
            reply.complete("done");
        } else {
            reply.completeExceptionally(answer);
        }
        return writing.handle((done, failure) -> failure == null ? null : Sync.unwrap(failure))
                .toCompletableFuture()
                .join();
    }

    /** A call sent now, and answered, or not, after that time. */
    private long ago(Duration time) {
        now += TimeUnit.MILLISECONDS.toNanos(10);
        long asked = now;
        now += time.toNanos();
        return asked;
    }

    private int state() {
        return guard.state().getOrder();
    }

    private static NotExecutedException refused() {
        return new NotExecutedException("refused", new RedisCommandExecutionException("READONLY"));
    }

    private static RedisCommandExecutionException full() {
        return new RedisCommandExecutionException("OOM command not allowed");
    }

    private static UnknownOutcomeException timeout() {
        return new UnknownOutcomeException("no reply", null);
    }
}
