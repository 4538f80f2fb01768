package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The reply of each call is cut after Redis has carried it out, by an end of the stream and by a reset: the caller is
 * told that the outcome is unknown, and the permits were taken once. Every call is one request, so there is one reply to
 * cut.
 */
@RedisTest
class RateLostReplyIT extends RateFixture {

    private FaultProxies proxies;
    private Redis behind;

    @BeforeEach
    void openBehindProxies() {
        proxies = FaultProxies.of(deployment);
        behind = Handles.open(
                deployment,
                user,
                RedisOptions.builder().meterRegistry(registry).clientResources(proxies.clientResources()));
    }

    @AfterEach
    void closeBehindProxies() {
        behind.close();
        proxies.close();
    }

    @ParameterizedTest
    @EnumSource
    void permitsAreTakenOnceAndTheCallerIsTold(Algorithm algorithm) {
        RateLimiter cut = cut(algorithm, Fallback.fail());
        for (Cut how : Cut.values()) {
            String id = how.name();
            awaitUsable(cut, id);
            cutting(
                    how,
                    () -> assertThatThrownBy(() -> cut.tryAcquire(id, 3)).isInstanceOf(UnknownOutcomeException.class));
            assertThat(remaining(algorithm, id)).isEqualTo(7);
            awaitUsable(cut, id);
            cutting(
                    how,
                    () -> assertThatThrownBy(() -> cut.acquire(id, 3, MINUTE))
                            .isInstanceOf(UnknownOutcomeException.class));
            assertThat(remaining(algorithm, id)).isEqualTo(4);
        }
    }

    /** Nobody is served by the fallback of another, and the limiter goes on as if nothing were. */
    @ParameterizedTest
    @EnumSource
    void aFallbackDecidesInTheirPlace(Algorithm algorithm) {
        RateLimiter cut = cut(algorithm, Fallback.local(0.5));
        for (Cut how : Cut.values()) {
            String id = how.name();
            awaitUsable(cut, id);
            cutting(how, () -> {
                Decision decision = cut.tryAcquire(id, 3);
                assertThat(decision.degraded()).isTrue();
                assertThat(decision.allowed()).isTrue();
                assertThat(decision.remaining()).isEqualTo(2);
            });
            awaitUsable(cut, id);
            assertThat(cut.tryAcquire(id).remaining()).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @EnumSource
    void thoseThatTravelTogetherAreAllToldAndTakenOnce(Algorithm algorithm) {
        RateLimiter cut = cut(algorithm, Fallback.fail());
        for (Cut how : Cut.values()) {
            String id = how.name();
            awaitUsable(cut, id);
            proxies.cutBy(how);
            int before = proxies.cuts();
            proxies.cutNthReply(2); // the first travels alone, and the others meanwhile gather
            List<CompletableFuture<Decision>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                calls.add(cut.tryAcquireAsync(id).toCompletableFuture());
            }
            long told = calls.stream()
                    .filter(call ->
                            call.handle((decision, failure) -> failure != null).join())
                    .count();
            assertThat(proxies.cuts()).isEqualTo(before + 1);
            assertThat(told).isBetween(1L, 5L);
            assertThat(remaining(algorithm, id)).isEqualTo(4);
            proxies.restore();
        }
    }

    /** Looking and forgetting may be done again; that is the caller's to do. */
    @ParameterizedTest
    @EnumSource
    void looksAndResetsAreToldToo(Algorithm algorithm) {
        RateLimiter cut = cut(algorithm, Fallback.fail());
        for (Cut how : Cut.values()) {
            String id = how.name();
            assertThat(cut.tryAcquire(id, 3).allowed()).isTrue();
            cutting(how, () -> assertThatThrownBy(() -> cut.peek(id)).isInstanceOf(UnknownOutcomeException.class));
            assertThat(remaining(algorithm, id)).isEqualTo(7);
            awaitUsable(cut, id);
            cutting(how, () -> assertThatThrownBy(() -> cut.reset(id)).isInstanceOf(UnknownOutcomeException.class));
            assertThat(remaining(algorithm, id)).isEqualTo(10);
            awaitUsable(cut, id);
        }
    }

    private RateLimiter cut(Algorithm algorithm, Fallback fallback) {
        RateLimiterOptions options =
                RateLimiterOptions.builder().name("cut").whenDown(fallback).build();
        RateLimiter limiter = closing(RateLimiter.create(behind, keys(algorithm), algorithm, TEN, options));
        assertThat(limiter.tryAcquire("warm-up").degraded()).isFalse(); // so that each call is one EVALSHA
        for (Cut how : Cut.values()) {
            limiter.peek(how.name()); // and known to each master
        }
        return limiter;
    }

    private void cutting(Cut how, Runnable call) {
        proxies.cutBy(how);
        int before = proxies.cuts();
        proxies.cutNthReply(1);
        call.run();
        assertThat(proxies.cuts()).isEqualTo(before + 1);
        proxies.restore();
    }

    /** As another process sees it. */
    private long remaining(Algorithm algorithm, String id) {
        try (RateLimiter other = RateLimiter.create(redis, keys(algorithm), algorithm, TEN)) {
            return other.peek(id).remaining();
        }
    }

    /** Connected again. */
    private static void awaitUsable(RateLimiter limiter, String id) {
        RateFaultFixture.awaitBack(limiter, id, MINUTE);
    }
}
