package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisTest;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RequestNotPermitted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** resilience4j's decorators over Redis. */
@RedisTest
class Resilience4jRateLimiterIT extends RateFixture {

    private static final RateLimiterConfig AT_ONCE =
            RateLimiterConfig.custom().timeoutDuration(Duration.ZERO).build();

    @Test
    void theDecoratorsLimitTheFleet() {
        RateLimiter shared = frozenLimiter(Algorithm.GCRA, TEN);
        Resilience4jRateLimiter one = Resilience4jRateLimiter.of("api", shared, "ada", AT_ONCE);
        Resilience4jRateLimiter other =
                Resilience4jRateLimiter.of("api", frozenLimiter(Algorithm.GCRA, TEN), "ada", AT_ONCE);
        Supplier<String> call = io.github.resilience4j.ratelimiter.RateLimiter.decorateSupplier(one, 5, () -> "done");
        assertThat(call.get()).isEqualTo("done");
        assertThat(other.executeSupplier(5, () -> "done")).isEqualTo("done");
        assertThatThrownBy(call::get).isInstanceOf(RequestNotPermitted.class).hasMessageContaining("api");
        assertThatThrownBy(() -> other.executeRunnable(() -> {})).isInstanceOf(RequestNotPermitted.class);
        clock.advance(Duration.ofSeconds(6));
        other.executeRunnable(() -> {});
        assertThatThrownBy(() -> one.executeRunnable(() -> {})).isInstanceOf(RequestNotPermitted.class);
    }

    @Test
    void itWaitsAsLongAsItsTimeout() {
        RateLimiter limiter = limiter(
                Algorithm.TOKEN_BUCKET, Limit.of(20, Duration.ofSeconds(1)).withBurst(1));
        Resilience4jRateLimiter adapter = Resilience4jRateLimiter.of("api", limiter, "ada", AT_ONCE);
        assertThat(adapter.acquirePermission()).isTrue();
        assertThat(adapter.acquirePermission()).isFalse();
        adapter.changeTimeoutDuration(MINUTE);
        assertThat(adapter.getRateLimiterConfig().getTimeoutDuration()).isEqualTo(MINUTE);
        for (int i = 0; i < 5; i++) {
            assertThat(adapter.acquirePermission()).isTrue();
        }
    }

    @Test
    void aReservationIsForNowOrNotAtAll() {
        Resilience4jRateLimiter adapter = adapter(Algorithm.FIXED_WINDOW);
        adapter.changeTimeoutDuration(MINUTE.multipliedBy(10));
        assertThat(adapter.reservePermission(10)).isZero();
        assertThat(adapter.reservePermission()).isEqualTo(-1);
    }

    @Test
    void drainingTakesWhatIsLeft() {
        Resilience4jRateLimiter adapter = adapter(Algorithm.SLIDING_WINDOW_LOG);
        List<Integer> drained = new ArrayList<>();
        adapter.getEventPublisher().onEvent(event -> drained.add(event.getNumberOfPermits()));
        assertThat(adapter.acquirePermission(3)).isTrue();
        adapter.drainPermissions();
        adapter.drainPermissions();
        assertThat(adapter.acquirePermission()).isFalse();
        assertThat(drained).containsExactly(3, 7, 0, 1);
        assertThat(adapter.getMetrics().getAvailablePermissions()).isZero();
    }

    @Test
    void aResultCanDrainIt() {
        RateLimiterConfig drainsOnFailure = RateLimiterConfig.from(AT_ONCE)
                .drainPermissionsOnResult(result -> result.isLeft())
                .build();
        Resilience4jRateLimiter adapter =
                Resilience4jRateLimiter.of("api", limiter(Algorithm.GCRA, TEN), "ada", drainsOnFailure);
        assertThatThrownBy(() -> adapter.executeRunnable(() -> {
                    throw new IllegalStateException("overloaded");
                }))
                .hasMessage("overloaded");
        assertThatThrownBy(() -> adapter.executeRunnable(() -> {})).isInstanceOf(RequestNotPermitted.class);
    }

    @Test
    void eventsAndMetricsSayWhatHappened() {
        Resilience4jRateLimiter adapter = adapter(Algorithm.GCRA);
        List<String> events = new ArrayList<>();
        adapter.getEventPublisher()
                .onSuccess(event -> events.add("success " + event.getNumberOfPermits()))
                .onFailure(event -> events.add("failure " + event.getNumberOfPermits()));
        assertThat(adapter.getMetrics().getAvailablePermissions()).isEqualTo(10);
        assertThat(adapter.acquirePermission(7)).isTrue();
        assertThat(adapter.getMetrics().getAvailablePermissions()).isEqualTo(3);
        assertThat(adapter.acquirePermission(7)).isFalse();
        assertThat(events).containsExactly("success 7", "failure 7");
        assertThat(adapter.getName()).isEqualTo("api");
        assertThat(adapter.getTags()).isEmpty();
    }

    @Test
    void theLimitIsThatOfTheLimiter() {
        RateLimiter limiter = limiter(Algorithm.GCRA, TEN);
        Resilience4jRateLimiter adapter = Resilience4jRateLimiter.of("api", limiter, "ada", AT_ONCE);
        assertThat(adapter.getRateLimiterConfig().getLimitForPeriod()).isEqualTo(10);
        assertThat(adapter.getRateLimiterConfig().getLimitRefreshPeriod()).isEqualTo(MINUTE);
        adapter.changeLimitForPeriod(20);
        assertThat(limiter.limit()).isEqualTo(Limit.of(20, MINUTE));
        assertThat(adapter.getRateLimiterConfig().getLimitForPeriod()).isEqualTo(20);
        limiter.setLimit(Limit.of(20, MINUTE).withBurst(5));
        adapter.changeLimitForPeriod(30);
        assertThat(limiter.limit()).isEqualTo(Limit.of(30, MINUTE).withBurst(5));
    }

    @Test
    void aThreadThatIsInterruptedIsNotPermitted() throws Exception {
        Resilience4jRateLimiter adapter = adapter(Algorithm.FIXED_WINDOW);
        adapter.changeTimeoutDuration(MINUTE.multipliedBy(10));
        assertThat(adapter.acquirePermission(10)).isTrue();
        AtomicReference<Thread> waiter = new AtomicReference<>();
        CompletableFuture<Boolean> interrupted = CompletableFuture.supplyAsync(
                () -> {
                    waiter.set(Thread.currentThread());
                    return !adapter.acquirePermission() && Thread.interrupted();
                },
                task -> new Thread(task).start());
        Awaitility.await().until(() -> adapter.getMetrics().getNumberOfWaitingThreads() == 1);
        waiter.get().interrupt();
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(adapter.getMetrics().getNumberOfWaitingThreads()).isZero();
    }

    /** As resilience4j would lose the outcome of the call after which it drains. */
    @Test
    void drainingDoesNotThrow() throws Exception {
        RateLimiter limiter = limiter(Algorithm.GCRA, TEN);
        RateLimiterConfig drains = RateLimiterConfig.from(AT_ONCE)
                .drainPermissionsOnResult(result -> true)
                .build();
        Resilience4jRateLimiter adapter = Resilience4jRateLimiter.of("api", limiter, "ada", drains);
        CompletableFuture<String> call = new CompletableFuture<>();
        CompletableFuture<String> decorated =
                adapter.executeCompletionStage(() -> call).toCompletableFuture();
        limiter.close();
        call.complete("done");
        assertThat(decorated.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    }

    @Test
    void forEverIsAsLongAsWeCan() {
        Resilience4jRateLimiter adapter = adapter(Algorithm.GCRA);
        adapter.changeTimeoutDuration(Duration.ofNanos(Long.MAX_VALUE));
        assertThat(adapter.acquirePermission(3)).isTrue();
    }

    @Test
    void badInputIsRefused() {
        RateLimiter limiter = limiter(Algorithm.GCRA, TEN);
        Resilience4jRateLimiter adapter = Resilience4jRateLimiter.of("api", limiter, "ada", AT_ONCE);
        refused("name: ", () -> Resilience4jRateLimiter.of("", limiter, "ada", AT_ONCE));
        refused("limiter: ", () -> Resilience4jRateLimiter.of("api", null, "ada", AT_ONCE));
        refused("id: ", () -> Resilience4jRateLimiter.of("api", limiter, "", AT_ONCE));
        refused("config: ", () -> Resilience4jRateLimiter.of("api", limiter, "ada", null));
        for (int bad : new int[] {0, -1, 11}) {
            refused("cost: ", () -> adapter.acquirePermission(bad));
            refused("cost: ", () -> adapter.reservePermission(bad));
        }
        refused("timeoutDuration: ", () -> adapter.changeTimeoutDuration(MINUTE.negated()));
        refused("timeoutDuration: ", () -> adapter.changeTimeoutDuration(null));
        refused("permits: ", () -> adapter.changeLimitForPeriod(0));
    }

    private Resilience4jRateLimiter adapter(Algorithm algorithm) {
        return Resilience4jRateLimiter.of("api", limiter(algorithm, TEN), "ada", AT_ONCE);
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
