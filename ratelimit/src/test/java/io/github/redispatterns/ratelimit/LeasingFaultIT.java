package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Faults of Redis while permits are held ahead. A restart is in {@link RateRestartIT}. A permit comes back in 36 s, so
 * hardly any does while a test is under way.
 */
@RedisTest
class LeasingFaultIT extends RateFaultFixture {

    private static final Limit SLOW = Limit.of(1_000, Duration.ofHours(10));
    private static final int AHEAD = 100;
    /** Of a process that is more patient, so that two timeouts are told from one; and shorter than a failover takes. */
    private static final Duration LONG = Duration.ofMillis(700);

    private static final Duration LONGER = Duration.ofSeconds(2);

    private final Held held = new Held(registry);

    /** As stated: what is held is granted on top. */
    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void afterFlushAllNoMoreIsGrantedOnTopThanIsHeld(Algorithm algorithm) {
        RateLimiter limiter = closing(leasing(redis, algorithm, Fallback.fail()));
        held.useUntilHeld(limiter, "ada");
        admin(key(algorithm, "ada"), c -> c.flushall());
        user.recreate();
        assertThat(Held.useAll(limiter, "ada")).isBetween(900, 1_000 + AHEAD + 1);
    }

    /** What it took is lost until it comes back by itself; it is taken once, and nobody is granted more for it. */
    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void aBatchWhoseReplyIsCutIsTakenOnce(Algorithm algorithm) {
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis behind = Handles.open(
                        deployment,
                        user,
                        RedisOptions.builder().meterRegistry(registry).clientResources(proxies.clientResources()));
                RateLimiter limiter = leasing(behind, algorithm, Fallback.fail());
                RateLimiter other = RateLimiter.create(redis, keys(algorithm), algorithm, SLOW)) {
            for (Cut how : Cut.values()) {
                String id = how.name();
                awaitBack(limiter, id, RECOVERY);
                double leased = held.leased();
                int cuts = proxies.cuts();
                proxies.cutBy(how);
                proxies.cutReplyOf("50"); // which only a batch asks for
                int granted = 0;
                int unknown = 0;
                while (proxies.cuts() == cuts) {
                    try {
                        granted += limiter.tryAcquire(id).allowed() ? 1 : 0;
                    } catch (UnknownOutcomeException e) {
                        unknown++;
                    } catch (PatternsException e) {
                        assertThat(e).isNotNull(); // not carried out
                    }
                }
                proxies.restore();
                assertThat(held.leased()).isEqualTo(leased);
                assertThat(other.peek(id).remaining()).isBetween(950L - granted - unknown, 951L - granted);
                awaitBack(limiter, id, RECOVERY);
                int rest = Held.useAll(limiter, id);
                assertThat(granted + rest).isBetween(880, 952);
            }
        }
    }

    /** What is held is granted as ever, and then the stand-in decides; one caller waits. */
    @Test
    void whileRedisIsDownWhatIsHeldIsGrantedFirst() throws Exception {
        RateLimiter limiter = closing(leasing(quick, Algorithm.GCRA, Fallback.closed()));
        held.useUntilHeld(limiter, "ada");
        whileFrozen(key(Algorithm.GCRA, "ada"), () -> {
            int granted = 0;
            long asked = System.nanoTime();
            Decision decision = limiter.tryAcquire("ada");
            while (!decision.degraded()) {
                assertThat(decision.allowed()).isTrue();
                granted++;
                asked = System.nanoTime();
                decision = limiter.tryAcquire("ada");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(IN_TIME);
            assertThat(decision.allowed()).isFalse();
            assertThat(granted).isBetween(1, AHEAD);
            assertThat(timed(() -> {
                        for (int call = 0; call < 1_000; call++) {
                            assertThat(limiter.tryAcquire("ada").degraded()).isTrue();
                        }
                    }))
                    .isLessThan(NOISE);
        });
        awaitBack(limiter, "ada", INTERVAL.plus(NOISE));
        assertThat(limiter.tryAcquire("ada").degraded()).isFalse();
    }

    /** Once the timeout at most, and at once if the server is left alone already. */
    @Test
    void closingWhileRedisIsFrozenEndsInTime() throws Exception {
        Redis patient = handle(RedisOptions.builder().meterRegistry(registry).commandTimeout(LONG));
        RateLimiter first = leasing(patient, Algorithm.GCRA, Fallback.closed());
        RateLimiter second = leasing(patient, Algorithm.TOKEN_BUCKET, Fallback.closed());
        held.useUntilHeld(first, "ada");
        held.useUntilHeld(second, "ada");
        whileFrozen(
                key(Algorithm.GCRA, "ada"),
                () -> assertThat(timed(first::close)).isLessThan(LONG.plus(NOISE)));
        awaitBack(second, "ada", LONG.plus(NOISE));
        whileFrozen(key(Algorithm.TOKEN_BUCKET, "ada"), () -> {
            assertThat(second.peek("ada").degraded()).isTrue();
            assertThat(timed(second::close)).isLessThan(NOISE);
        });
    }

    /** To give permits back takes two round trips, of which each is in time. */
    @Test
    void closingEndsInTimeIfEachReplyIsLate() throws Exception {
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis behind = Handles.open(
                        deployment,
                        user,
                        RedisOptions.builder()
                                .meterRegistry(registry)
                                .commandTimeout(LONGER)
                                .clientResources(proxies.clientResources()))) {
            RateLimiter before = leasing(behind, Algorithm.GCRA, Fallback.fail());
            held.useUntilHeld(before, "ada");
            before.close(); // so that the scripts are known
            RateLimiter limiter = leasing(behind, Algorithm.GCRA, Fallback.fail());
            held.useUntilHeld(limiter, "ada");
            proxies.all()
                    .forEach(proxy -> proxy.delayReplies(LONGER.multipliedBy(8).dividedBy(10)));
            assertThat(timed(limiter::close)).isLessThan(LONGER.plus(NOISE));
            proxies.restore();
        }
    }

    private RateLimiter leasing(Redis handle, Algorithm algorithm, Fallback fallback) {
        RateLimiterOptions options = RateLimiterOptions.builder()
                .whenDown(fallback)
                .probeInterval(INTERVAL)
                .maxDenied(0)
                .leaseAhead(AHEAD)
                .build();
        return RateLimiter.create(handle, keys(algorithm), algorithm, SLOW, options);
    }
}
