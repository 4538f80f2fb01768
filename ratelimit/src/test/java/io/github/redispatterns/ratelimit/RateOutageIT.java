package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A Redis that is frozen for longer than the timeout. The outages are shorter than it takes Sentinels or a Cluster to
 * replace a master. One master of several is in {@link RateClusterOutageIT}, a server that was killed is in {@link RateRestartIT}.
 */
@RedisTest
class RateOutageIT extends RateFaultFixture {

    private static final Limit HUNDRED = Limit.of(100, MINUTE.multipliedBy(100));
    private static final int CALLS = 2_000;
    /** So long that what a busy machine adds is less than another one. */
    private static final Duration LONG_INTERVAL = Duration.ofSeconds(2);

    private static Stream<Fallback> standIns() {
        return Stream.of(Fallback.open(), Fallback.closed(), Fallback.local(0.1));
    }

    @ParameterizedTest
    @MethodSource("standIns")
    void oneCallerWaitsThenTheStandInDecidesUntilRedisIsBack(Fallback fallback) throws Exception {
        RateLimiter limiter = hasty(Algorithm.TOKEN_BUCKET, HUNDRED, fallback);
        whileFrozen(key(Algorithm.TOKEN_BUCKET, "ada"), () -> {
            assertThat(timed(() -> degraded(limiter, fallback, 0))).isLessThan(IN_TIME);
            assertThat(timed(() -> {
                        for (int call = 1; call < CALLS; call++) {
                            degraded(limiter, fallback, call);
                        }
                    }))
                    .as("%d calls", CALLS)
                    .isLessThan(NOISE);
            Decision look = limiter.peek("ada");
            assertThat(look.degraded()).isTrue();
            assertThat(look.remaining()).isEqualTo(fallback.equals(Fallback.open()) ? 100 : 0);
            assertThat(counted("outages", fallback)).isEqualTo(1);
            assertThat(counted("degraded", fallback)).isEqualTo(CALLS);
        });
        awaitBack(limiter, "ada", INTERVAL.plus(NOISE));
        // What was in vain is carried out late, once; looks, and what the stand-in grants, take nothing.
        assertThat(limiter.peek("ada").remaining()).isEqualTo(99);
        assertThat(limiter.tryAcquire("ada").degraded()).isFalse();
    }

    private static void degraded(RateLimiter limiter, Fallback fallback, int call) {
        Decision decision = limiter.tryAcquire("ada");
        assertThat(decision.degraded()).isTrue();
        assertThat(decision.allowed())
                .isEqualTo(
                        switch (fallback.kind()) {
                            case OPEN -> true;
                            case LOCAL -> call < 10;
                            default -> false;
                        });
        assertThat(decision.retryAfter().isZero()).isEqualTo(decision.allowed());
    }

    @Test
    void withoutAStandInCallsFailAtOnceAndSayWhetherTheyWereSent() throws Exception {
        RateLimiter limiter = hasty(Algorithm.GCRA, HUNDRED, Fallback.fail(), LONG_INTERVAL);
        whileFrozen(key(Algorithm.GCRA, "ada"), () -> {
            assertThat(timed(() -> assertThatThrownBy(() -> limiter.tryAcquire("ada"))
                            .isInstanceOf(UnknownOutcomeException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> {
                        for (int call = 0; call < CALLS; call++) {
                            assertThatThrownBy(() -> limiter.tryAcquire("ada"))
                                    .isInstanceOf(NotExecutedException.class);
                        }
                        assertThatThrownBy(() -> limiter.acquire("ada", 1, MINUTE))
                                .isInstanceOf(NotExecutedException.class);
                        assertThatThrownBy(() -> limiter.peek("ada")).isInstanceOf(NotExecutedException.class);
                        assertThatThrownBy(() -> limiter.reset("ada")).isInstanceOf(NotExecutedException.class);
                    }))
                    .isLessThan(NOISE);
        });
        awaitBack(limiter, "ada", LONG_INTERVAL.plus(NOISE)); // one interval, not two
        assertThat(limiter.peek("ada").remaining()).isEqualTo(99);
    }

    /** Those that gathered behind a call in vain do not wait for a timeout of their own. */
    @Test
    void nobodyWaitsLongerThanTheTimeout() throws Exception {
        RateLimiter limiter = hasty(Algorithm.GCRA, HUNDRED, Fallback.open());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            whileFrozen(key(Algorithm.GCRA, "ada"), () -> {
                List<Future<Duration>> all = new ArrayList<>();
                for (int thread = 0; thread < 8; thread++) {
                    all.add(threads.submit(() -> timed(() -> limiter.tryAcquire("ada"))));
                }
                for (Future<Duration> each : all) {
                    assertThat(each.get()).isLessThan(IN_TIME);
                }
            });
        } finally {
            threads.shutdownNow();
        }
        awaitBack(limiter, "ada", INTERVAL.plus(NOISE));
    }

    /** It is not asked for ever on behalf of nobody; and whoever comes then is not put off with a stand-in. */
    @Test
    void whoComesLongAfterTheOutageIsDecidedByRedis() throws Exception {
        RateLimiter limiter = hasty(Algorithm.GCRA, HUNDRED, Fallback.closed());
        whileFrozen(key(Algorithm.GCRA, "ada"), () -> {
            assertThat(limiter.tryAcquire("ada").degraded()).isTrue();
            long[] asked = {scripts()};
            Awaitility.await().pollInterval(INTERVAL.multipliedBy(3)).until(() -> {
                long before = asked[0];
                asked[0] = scripts();
                return before == asked[0];
            });
        });
        assertThat(limiter.tryAcquire("ada").degraded()).isFalse();
    }

    private long scripts() {
        return registry.timer("redis.patterns.ratelimit.scripts", "limiter", "closed")
                .count();
    }

    /** The refusals of a stand-in do not outlive it. */
    @Test
    void theDenyMemoryKeepsNothingOfTheOutage() throws Exception {
        RateLimiter limiter = hasty(Algorithm.FIXED_WINDOW, HUNDRED, Fallback.local(0.01));
        whileFrozen(key(Algorithm.FIXED_WINDOW, "ada"), () -> {
            assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
            assertThat(limiter.tryAcquire("ada").retryAfter()).isGreaterThan(Duration.ofSeconds(50));
        });
        awaitBack(limiter, "ada", INTERVAL.plus(NOISE));
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
    }

    /** A wait goes on through the outage, and ends with what Redis or the stand-in grants. */
    @Test
    void aWaitOutlivesAnOutage() throws Exception {
        Limit soon = Limit.of(1, Duration.ofMillis(500));
        RateLimiter limiter = hasty(Algorithm.GCRA, soon, Fallback.closed());
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
        Future<Decision> waiting = limiter.acquireAsync("ada", 1, MINUTE).toCompletableFuture();
        whileFrozen(
                key(Algorithm.GCRA, "ada"),
                () -> Awaitility.await().until(() -> counted("degraded", Fallback.closed()) > 1));
        Decision decision = waiting.get();
        assertThat(decision.allowed()).isTrue();
        assertThat(decision.degraded()).isFalse();
    }

    /** One that has no use of it is not kept busy by it. */
    @Test
    void aClosedLimiterAsksNoMore() throws Exception {
        RateLimiter limiter = hasty(Algorithm.GCRA, HUNDRED, Fallback.closed());
        whileFrozen(key(Algorithm.GCRA, "ada"), () -> {
            assertThat(limiter.tryAcquire("ada").degraded()).isTrue();
            limiter.close();
            assertThatThrownBy(() -> limiter.tryAcquire("ada")).isInstanceOf(IllegalStateException.class);
            long asked = scripts();
            Awaitility.await().during(INTERVAL.multipliedBy(2)).until(() -> scripts() <= asked + 1);
        });
    }
}
