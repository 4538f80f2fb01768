package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AsyncTwins;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one asks of a limiter, and what comes of it; by the real clock. */
@RedisTest
class RateLimiterIT extends RateFixture {

    private static final Limit QUICK = Limit.of(4, Duration.ofMillis(400));
    private static final Duration LONG = Duration.ofSeconds(20);

    @ParameterizedTest
    @EnumSource
    void grantsUntilNothingIsLeft(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, TEN);
        for (int left = 9; left >= 0; left--) {
            Decision granted = limiter.tryAcquire("ada");
            assertThat(granted.allowed()).isTrue();
            assertThat(granted.remaining()).isEqualTo(left);
            assertThat(granted.retryAfter()).isZero();
            assertThat(granted.resetAfter()).isPositive();
            assertThat(granted.degraded()).isFalse();
            assertThat(granted.refusedBy()).isEmpty();
        }
        Decision refused = limiter.tryAcquire("ada");
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.remaining()).isZero();
        assertThat(refused.retryAfter()).isPositive().isLessThanOrEqualTo(refused.resetAfter());
        assertThat(limiter.tryAcquire("bob").allowed()).isTrue();
        limiter.reset("ada");
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(9);
    }

    /** Two processes with 16 callers at once: neither one too many nor one too few. */
    @ParameterizedTest
    @EnumSource
    void theFleetSharesTheLimit(Algorithm algorithm) {
        Limit limit = Limit.of(50, Duration.ofHours(1));
        RateLimiter one = limiter(algorithm, limit);
        RateLimiter two =
                closing(RateLimiter.create(handle(RedisOptions.builder()), keys(algorithm), algorithm, limit));
        List<CompletableFuture<Decision>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add((i % 2 == 0 ? one : two).tryAcquireAsync("ada").toCompletableFuture());
        }
        assertThat(calls.stream().filter(call -> call.join().allowed())).hasSize(50);
    }

    @ParameterizedTest
    @EnumSource
    void aCallWaitsForItsPermit(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, QUICK);
        assertThat(limiter.tryAcquire("ada", 4).allowed()).isTrue();
        long began = System.nanoTime();
        Duration told = limiter.peek("ada").retryAfter();
        double scripts = scripts();
        Decision waited = limiter.acquire("ada", 1, LONG);
        assertThat(waited.allowed()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(told, told.plusSeconds(2));
        assertThat(scripts() - scripts)
                .isLessThanOrEqualTo(3); // the third if the timer was early by the server's clock
        assertThat(Sync.await(limiter.acquireAsync("ada", 1, LONG)).allowed()).isTrue();
    }

    @Test
    void aWaitThatWouldBeTooLongIsRefusedAtOnce() {
        RateLimiter limiter = limiter(Algorithm.GCRA, Limit.of(1, MINUTE));
        assertThat(limiter.acquire("ada", 1, Duration.ZERO).allowed()).isTrue();
        long began = System.nanoTime();
        Decision refused = limiter.acquire("ada", 1, Duration.ofSeconds(50));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.retryAfter()).isGreaterThan(Duration.ofSeconds(50));
        assertThat(limiter.acquire("ada", 1, Duration.ZERO).allowed()).isFalse();
    }

    @Test
    void whoeverStopsWaitingTakesNothing() throws Exception {
        RateLimiter limiter = limiter(Algorithm.TOKEN_BUCKET, QUICK);
        assertThat(limiter.tryAcquire("ada", 4).allowed()).isTrue();
        CompletableFuture<Decision> cancelled =
                limiter.acquireAsync("ada", 4, LONG).toCompletableFuture();
        assertThat(cancelled.cancel(false)).isTrue();
        CompletableFuture<Throwable> interrupted = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                limiter.acquire("ada", 4, LONG);
            } catch (CallInterruptedException e) {
                interrupted.complete(e);
            }
        });
        waiting.start();
        Awaitility.await().until(() -> waiting.getState() == Thread.State.WAITING);
        waiting.interrupt();
        assertThat(interrupted.get(5, TimeUnit.SECONDS)).isInstanceOf(CallInterruptedException.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(3))
                .until(() -> limiter.peek("ada").resetAfter().isZero());
    }

    @Test
    void closeEndsEveryWait() {
        RateLimiter limiter = limiter(Algorithm.GCRA, QUICK);
        assertThat(limiter.tryAcquire("ada", 4).allowed()).isTrue();
        CompletableFuture<Decision> waiting =
                limiter.acquireAsync("ada", 4, LONG).toCompletableFuture();
        limiter.close();
        limiter.close();
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> limiter.tryAcquire("ada")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> limiter.acquire("ada", 1, LONG)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> limiter.peek("ada")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> limiter.reset("ada")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aLimitThatBecameTooSmallEndsTheWait() {
        RateLimiter limiter = limiter(Algorithm.GCRA, QUICK);
        assertThat(limiter.tryAcquire("ada", 4).allowed()).isTrue();
        CompletableFuture<Decision> waiting =
                limiter.acquireAsync("ada", 4, LONG).toCompletableFuture();
        limiter.setLimit(Limit.of(3, Duration.ofMillis(400)));
        assertThatThrownBy(waiting::join)
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cost: ");
    }

    @Test
    void decisionsAreCounted() {
        RateLimiter limiter = limiter(Algorithm.GCRA, Limit.of(2, MINUTE));
        limiter.tryAcquire("ada");
        limiter.acquire("ada", 1, LONG);
        limiter.tryAcquire("ada");
        limiter.acquire("ada", 1, Duration.ZERO);
        String key = key(Algorithm.GCRA, "ada");
        admin(key, c -> c.set(key, "foreign"));
        assertThatThrownBy(() -> limiter.tryAcquire("ada", 2)).isInstanceOf(RuntimeException.class);
        limiter.reset("ada");
        assertThat(counted("allowed")).isEqualTo(2);
        assertThat(counted("refused")).isEqualTo(2);
        assertThat(counted("failed")).isEqualTo(1);
        assertThat(scripts()).isEqualTo(4); // the second refusal was remembered
    }

    @Test
    void everyAsyncMethodHasItsTwin() {
        AsyncTwins.check(RateLimiter.class);
    }

    private double scripts() {
        return registry.timer("redis.patterns.ratelimit.scripts", "limiter", "default")
                .count();
    }
}
