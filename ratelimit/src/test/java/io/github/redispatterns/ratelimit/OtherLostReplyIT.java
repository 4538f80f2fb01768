package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The reply of each step of several limits, and of slots, is cut: permits are taken once and the caller is told, a slot
 * that nobody got is given back, and giving back or extending twice does no harm.
 */
@RedisTest
class OtherLostReplyIT extends RateFixture {

    private static final Duration LONG = Duration.ofMinutes(5);

    private FaultProxies proxies;
    private Redis behind;

    @BeforeEach
    void openBehindProxies() {
        proxies = FaultProxies.of(deployment);
        behind = Handles.open(deployment, user, RedisOptions.builder().clientResources(proxies.clientResources()));
    }

    @AfterEach
    void closeBehindProxies() {
        behind.close();
        proxies.close();
    }

    @Test
    void permitsOfSeveralLimitsAreTakenOnce() {
        CompositeRateLimiter.Builder builder = CompositeRateLimiter.builder(behind, keys)
                .limit(NamedLimit.of("gcra", Algorithm.GCRA, TEN))
                .limit(NamedLimit.of("window", Algorithm.SLIDING_WINDOW_COUNTER, TEN));
        CompositeRateLimiter cut = closing(builder.build());
        for (Cut how : Cut.values()) {
            Map<String, String> id = Map.of("id", how.name());
            awaitAnswer(() -> cut.peek(id));
            cutting(
                    how,
                    () -> assertThatThrownBy(() -> cut.tryAcquire(id, 3)).isInstanceOf(UnknownOutcomeException.class));
            awaitAnswer(() -> cut.peek(id));
            assertThat(cut.peek(id).remaining()).isEqualTo(7);
            cutting(
                    how,
                    () -> assertThatThrownBy(() -> cut.acquire(id, 3, MINUTE))
                            .isInstanceOf(UnknownOutcomeException.class));
            awaitAnswer(() -> cut.peek(id));
            assertThat(cut.peek(id).remaining()).isEqualTo(4);
        }
    }

    @Test
    void aSlotThatNobodyGotIsGivenBack() {
        ConcurrencyLimiter cut = ConcurrencyLimiter.create(behind, keys, 1, LONG);
        ConcurrencyLimiter other = ConcurrencyLimiter.create(redis, keys, 1, LONG);
        for (Cut how : Cut.values()) {
            awaitAnswer(() -> cut.tryAcquire(how.name()).slot().orElseThrow().close()); // so that each is one EVALSHA
            cutting(
                    how,
                    () -> assertThatThrownBy(() -> cut.tryAcquire(how.name()))
                            .isInstanceOf(UnknownOutcomeException.class));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> other.tryAcquire(how.name()).allowed());
        }
    }

    /** What would have come later than they waited for it. */
    @Test
    void aSlotWhoseCallerHasGoneIsGivenBack() {
        ConcurrencyLimiter slow = ConcurrencyLimiter.create(behind, keys, 1, LONG);
        ConcurrencyLimiter other = ConcurrencyLimiter.create(redis, keys, 1, LONG);
        for (String id : List.of("interrupted", "cancelled")) {
            awaitAnswer(() -> slow.tryAcquire(id).slot().orElseThrow().close());
            proxies.all().forEach(proxy -> proxy.delayReplies(Duration.ofMillis(600)));
            if (id.equals("cancelled")) {
                slow.tryAcquireAsync(id).toCompletableFuture().cancel(false);
            } else {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> slow.tryAcquire(id)).isInstanceOf(CallInterruptedException.class);
                assertThat(Thread.interrupted()).isTrue();
            }
            String key = keys.key(id);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> admin(key, c -> c.exists(key)) == 1); // it was granted
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> other.tryAcquire(id).allowed());
            proxies.restore();
        }
    }

    @Test
    void aSlotIsExtendedAndGivenBackAllTheSame() {
        ConcurrencyLimiter cut = ConcurrencyLimiter.create(behind, keys, 1, LONG);
        for (Cut how : Cut.values()) {
            awaitAnswer(() -> {
                Slot slot = cut.tryAcquire(how.name()).slot().orElseThrow();
                slot.extend();
                slot.close();
            });
            Slot slot = cut.tryAcquire(how.name()).slot().orElseThrow();
            cutting(how, () -> assertThat(slot.extend()).isTrue());
            cutting(how, slot::close);
            String key = keys.key(how.name());
            assertThat(this.<Long>admin(key, c -> c.exists(key))).isZero();
        }
    }

    private void cutting(Cut how, Runnable call) {
        proxies.cutBy(how);
        int before = proxies.cuts();
        proxies.cutNthReply(1);
        call.run();
        assertThat(proxies.cuts()).isEqualTo(before + 1);
        proxies.restore();
    }

    /** Connected again. */
    private static void awaitAnswer(Runnable call) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptionsMatching(failure -> failure instanceof PatternsException)
                .until(() -> {
                    call.run();
                    return true;
                });
    }
}
