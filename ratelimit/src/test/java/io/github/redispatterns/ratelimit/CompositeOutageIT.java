package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several limits while Redis is frozen for longer than the timeout; shorter than it takes Sentinels or a Cluster to replace
 * a master.
 */
@RedisTest
class CompositeOutageIT extends OtherFaultFixture {

    private static final int CALLS = 2_000;

    private static Stream<Fallback> standIns() {
        return Stream.of(Fallback.open(), Fallback.closed(), Fallback.local(0.1));
    }

    @ParameterizedTest
    @MethodSource("standIns")
    void oneCallerWaitsThenTheStandInDecidesUntilRedisIsBack(Fallback fallback) throws Exception {
        CompositeRateLimiter limiter = several(fallback);
        whileFrozen(keyOfAda(), () -> {
            assertThat(timed(() -> degraded(limiter, fallback, 0))).isLessThan(IN_TIME);
            assertThat(timed(() -> {
                        for (int call = 1; call < CALLS; call++) {
                            degraded(limiter, fallback, call);
                        }
                    }))
                    .as("%d calls", CALLS)
                    .isLessThan(NOISE);
            Decision look = limiter.peek(ADA);
            assertThat(look.degraded()).isTrue();
            assertThat(look.limits())
                    .extracting(LimitState::remaining)
                    .containsExactlyElementsOf(
                            switch (fallback.kind()) {
                                case OPEN -> List.of(100L, 50L);
                                case LOCAL -> List.of(5L, 0L); // as what one refuses, the other is not charged for
                                default -> List.of(0L, 0L);
                            });
            assertThat(counted("outages", fallback)).isEqualTo(1);
            assertThat(counted("degraded", fallback)).isEqualTo(CALLS);
        });
        awaitBack(limiter, INTERVAL.plus(NOISE));
        // What was in vain is carried out late, once; looks, and what the stand-in grants, take nothing.
        assertThat(limiter.peek(ADA).limits()).extracting(LimitState::remaining).containsExactly(99L, 49L);
        assertThat(limiter.tryAcquire(ADA).degraded()).isFalse();
    }

    private static void degraded(CompositeRateLimiter limiter, Fallback fallback, int call) {
        Decision decision = limiter.tryAcquire(ADA);
        assertThat(decision.degraded()).isTrue();
        assertThat(decision.allowed())
                .isEqualTo(
                        switch (fallback.kind()) {
                            case OPEN -> true;
                            case LOCAL -> call < 5; // a tenth of the scarcer
                            default -> false;
                        });
        assertThat(decision.retryAfter().isZero()).isEqualTo(decision.allowed());
        assertThat(decision.refusedBy().isPresent()).isEqualTo(!decision.allowed());
        if (fallback.kind() == Fallback.Kind.LOCAL && !decision.allowed()) {
            assertThat(decision.refusedBy()).contains("fifty");
        }
    }

    @Test
    void withoutAStandInCallsFailAtOnceAndSayWhetherTheyWereSent() throws Exception {
        CompositeRateLimiter limiter = several(Fallback.fail());
        whileFrozen(keyOfAda(), () -> {
            assertThat(timed(() -> assertThatThrownBy(() -> limiter.tryAcquire(ADA))
                            .isInstanceOf(UnknownOutcomeException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> {
                        for (int call = 0; call < CALLS; call++) {
                            assertThatThrownBy(() -> limiter.tryAcquire(ADA)).isInstanceOf(NotExecutedException.class);
                        }
                        assertThatThrownBy(() -> limiter.acquire(ADA, 1, MINUTE))
                                .isInstanceOf(NotExecutedException.class);
                        assertThatThrownBy(() -> limiter.peek(ADA)).isInstanceOf(NotExecutedException.class);
                        assertThatThrownBy(() -> limiter.reset(ADA)).isInstanceOf(NotExecutedException.class);
                    }))
                    .isLessThan(NOISE);
            assertThat(counted("degraded", Fallback.fail())).isZero();
        });
        awaitBack(limiter, INTERVAL.plus(NOISE));
        assertThat(limiter.peek(ADA).remaining()).isEqualTo(49);
    }

    @Test
    void nobodyWaitsLongerThanTheTimeout() throws Exception {
        CompositeRateLimiter limiter = several(Fallback.open());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            whileFrozen(keyOfAda(), () -> {
                List<Future<Duration>> all = new ArrayList<>();
                for (int thread = 0; thread < 8; thread++) {
                    all.add(threads.submit(() -> timed(() -> limiter.tryAcquire(ADA))));
                }
                for (Future<Duration> each : all) {
                    assertThat(each.get()).isLessThan(IN_TIME);
                }
            });
        } finally {
            threads.shutdownNow();
        }
        awaitBack(limiter, INTERVAL.plus(NOISE));
    }

    /** The look in the background needs but one of the keys. */
    @Test
    void limitsOfSeveralSubjects() throws Exception {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(quick, keys)
                .limit(HUNDRED.per("user"))
                .limit(FIFTY.per(NamedLimit.ALL))
                .hashTag("t")
                .options(options(Fallback.local(0.1)))
                .build());
        Map<String, String> ada = Map.of("user", "ada");
        Map<String, String> bob = Map.of("user", "bob");
        assertThat(limiter.tryAcquire(ada).degraded()).isFalse();
        whileFrozen(keys.child("user").key("t", "ada"), () -> {
            assertThat(limiter.tryAcquire(ada, 3).allowed()).isTrue();
            assertThat(limiter.tryAcquire(bob, 3).refusedBy()).contains("fifty");
            assertThat(limiter.tryAcquire(bob, 2).allowed()).isTrue();
            assertThatThrownBy(() -> limiter.reset(Map.of(NamedLimit.ALL, "")))
                    .isInstanceOf(NotExecutedException.class);
            assertThat(limiter.tryAcquire(bob, 2).allowed()).isTrue(); // the share of it is there again
        });
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .atMost(INTERVAL.plus(NOISE))
                .until(() -> !limiter.peek(ada).degraded());
        assertThat(limiter.peek(ada).remaining()).isEqualTo(46);
    }

    /** A wait goes on through the outage, and ends with what Redis grants. */
    @Test
    void aWaitOutlivesAnOutage() throws Exception {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(quick, keys)
                .limit(NamedLimit.of("soon", Algorithm.GCRA, Limit.of(1, Duration.ofMillis(500))))
                .limit(FIFTY)
                .options(options(Fallback.closed()))
                .build());
        assertThat(limiter.tryAcquire(ADA).allowed()).isTrue();
        Future<Decision> waiting = limiter.acquireAsync(ADA, 1, MINUTE).toCompletableFuture();
        whileFrozen(keyOfAda(), () -> Awaitility.await().until(() -> counted("degraded", Fallback.closed()) > 1));
        Decision decision = waiting.get();
        assertThat(decision.allowed()).isTrue();
        assertThat(decision.degraded()).isFalse();
    }

    /** It is not asked for ever on behalf of nobody, nor of a limiter that is closed. */
    @Test
    void aClosedLimiterAsksNoMore() throws Exception {
        CompositeRateLimiter limiter = several(Fallback.closed());
        whileFrozen(keyOfAda(), () -> {
            assertThat(limiter.tryAcquire(ADA).degraded()).isTrue();
            limiter.close();
            assertThatThrownBy(() -> limiter.tryAcquire(ADA)).isInstanceOf(IllegalStateException.class);
            long asked = scripts();
            Awaitility.await().during(INTERVAL.multipliedBy(2)).until(() -> scripts() <= asked + 1);
        });
    }

    private long scripts() {
        return registry.timer("redis.patterns.ratelimit.scripts", "limiter", name(Fallback.closed()))
                .count();
    }
}
