package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Several limits at once: all or nothing, who refused, where the keys are, and how long they live. */
@RedisTest
class CompositeIT extends RateFixture {

    private static final NamedLimit SECOND =
            NamedLimit.of("second", Algorithm.GCRA, Limit.of(2, Duration.ofSeconds(1)));
    private static final NamedLimit DAY = NamedLimit.of("day", Algorithm.FIXED_WINDOW, Limit.of(5, Duration.ofDays(1)));
    private static final Map<String, String> ADA = Map.of("id", "ada");

    @Test
    void whatOneRefusesNoOtherIsChargedFor() {
        CompositeRateLimiter limiter = frozenOf(SECOND, DAY);
        assertThat(limiter.tryAcquire(ADA, 2).remaining()).isZero();
        for (int i = 0; i < 10; i++) {
            Decision refused = limiter.tryAcquire(ADA);
            assertThat(refused.allowed()).isFalse();
            assertThat(refused.refusedBy()).contains("second");
            assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(500));
            assertThat(refused.limits())
                    .containsExactly(
                            new LimitState("second", 0, Duration.ofMillis(500), Duration.ofSeconds(1)),
                            new LimitState("day", 3, Duration.ZERO, Duration.ofDays(1)));
        }
        clock.advance(Duration.ofSeconds(1));
        assertThat(limiter.tryAcquire(ADA, 2).allowed()).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(limiter.peek(ADA).remaining()).isEqualTo(1);
        Decision tooMany = limiter.tryAcquire(ADA, 2);
        assertThat(tooMany.refusedBy()).contains("day");
        assertThat(tooMany.retryAfter()).isEqualTo(Duration.ofDays(1).minusSeconds(2));
        assertThat(limiter.tryAcquire(ADA).allowed()).isTrue();
        assertThat(limiter.tryAcquire(Map.of("id", "bob")).allowed()).isTrue();
    }

    @Test
    void whoeverComesAgainAfterExactlyRetryAfterIsGranted() {
        CompositeRateLimiter limiter =
                frozenOf(SECOND, DAY, NamedLimit.of("minute", Algorithm.SLIDING_WINDOW_COUNTER, Limit.of(3, MINUTE)));
        for (int i = 0; i < 50; i++) {
            Decision decision = limiter.tryAcquire(ADA);
            if (!decision.allowed()) {
                clock.advance(decision.retryAfter().minusNanos(1_000));
                assertThat(limiter.tryAcquire(ADA).retryAfter()).isEqualTo(Duration.ofNanos(1_000));
                clock.advance(Duration.ofNanos(1_000));
                assertThat(limiter.tryAcquire(ADA).allowed()).isTrue();
            }
        }
    }

    /** The day's remainder is its own, though the second has less. */
    @Test
    void onTheWireEachLimitHasItsOwnRemainder() {
        CompositeRateLimiter limiter = frozenOf(SECOND, DAY);
        assertThat(limiter.tryAcquire(ADA, 2).allowed()).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(limiter.tryAcquire(ADA, 2).allowed()).isTrue();
        Decision refused = limiter.tryAcquire(ADA, 2);
        assertThat(refused.refusedBy()).contains("day");
        assertThat(refused.remaining()).isZero();
        assertThat(RateLimitHeaders.of(limiter.limits(), refused))
                .containsEntry("RateLimit", "\"second\";r=0;t=1, \"day\";r=1;t=86399")
                .containsEntry("Retry-After", "86399");
    }

    @Test
    void limitsOfSeveralSubjectsWithOneHashTag() {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(redis, keys)
                .limit(NamedLimit.of("per user", Algorithm.GCRA, TEN).per("user"))
                .limit(NamedLimit.of("per address", Algorithm.TOKEN_BUCKET, Limit.of(15, MINUTE))
                        .per("ip"))
                .limit(NamedLimit.of("total", Algorithm.SLIDING_WINDOW_COUNTER, Limit.of(20, MINUTE))
                        .per(NamedLimit.ALL))
                .hashTag("api")
                .build());
        assertThat(limiter.tryAcquire(Map.of("user", "ada", "ip", "::1"), 8).remaining())
                .isEqualTo(2);
        assertThat(limiter.tryAcquire(Map.of("user", "bob", "ip", "::1"), 8).refusedBy())
                .contains("per address");
        assertThat(limiter.tryAcquire(Map.of("user", "ada", "ip", "::2"), 8).refusedBy())
                .contains("per user");
        assertThat(limiter.tryAcquire(Map.of("user", "bob", "ip", "::2"), 8).allowed())
                .isTrue();
        assertThat(limiter.tryAcquire(Map.of("user", "eve", "ip", "::3"), 5).refusedBy())
                .contains("total");
        assertThat(limiter.tryAcquire(Map.of("user", "eve", "ip", "::3"), 4).remaining())
                .isZero();
        limiter.reset(Map.of("all", "", "ip", "::1"));
        assertThat(limiter.peek(Map.of("user", "ada", "ip", "::1")).remaining()).isEqualTo(2);
        assertThat(limiter.peek(Map.of("user", "zoe", "ip", "::1")).remaining()).isEqualTo(10);
    }

    @Test
    void aClusterNeedsAHashTagForThat() {
        CompositeRateLimiter.Builder builder =
                CompositeRateLimiter.builder(redis, keys).limit(SECOND).limit(DAY.per(NamedLimit.ALL));
        if (deployment.topology() == Topology.CLUSTER) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[id, all]")
                    .hasMessageContaining("common hash tag")
                    .hasMessageContaining("hashTag(\"");
            builder.hashTag("api");
        }
        CompositeRateLimiter limiter = closing(builder.build());
        assertThat(limiter.tryAcquire(ADA).remaining()).isEqualTo(1);
        assertThat(limiter.tryAcquire(Map.of("id", "bob")).allowed()).isTrue();
        assertThat(limiter.peek(ADA).remaining()).isEqualTo(1);
    }

    @Test
    void aChangedLimitKeepsWhatWasTaken() {
        CompositeRateLimiter limiter = frozenOf(SECOND.with(TEN), DAY);
        assertThat(limiter.tryAcquire(ADA, 4).remaining()).isEqualTo(1);
        limiter.setLimit("day", Limit.of(20, Duration.ofDays(1)));
        assertThat(limiter.peek(ADA).remaining()).isEqualTo(6);
        limiter.setLimit("second", Limit.of(5, MINUTE));
        assertThat(limiter.peek(ADA).remaining()).isEqualTo(1);
        assertThat(limiter.limits())
                .containsExactly(SECOND.with(Limit.of(5, MINUTE)), DAY.with(Limit.of(20, Duration.ofDays(1))));
    }

    @Test
    void aCallIsDecidedByTheLimitThatItWasCheckedBy() throws Exception {
        CompositeRateLimiter limiter = of(NamedLimit.of("counter", Algorithm.SLIDING_WINDOW_COUNTER, TEN));
        AtomicBoolean done = new AtomicBoolean();
        Thread changing = new Thread(() -> {
            while (!done.get()) {
                limiter.setLimit("counter", Limit.of(3, MINUTE));
                limiter.setLimit("counter", TEN);
            }
        });
        changing.start();
        try {
            for (int i = 0; i < 500; i++) {
                try {
                    assertThat(limiter.tryAcquire(Map.of("id", "user " + i), 5).allowed())
                            .isTrue();
                } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageStartingWith("cost: ");
                }
            }
        } finally {
            done.set(true);
            changing.join();
        }
    }

    @Test
    void aLongerPeriodLetsTheKeyLiveLonger() {
        CompositeRateLimiter limiter = of(SECOND, DAY.with(Limit.of(2, MINUTE)));
        assertThat(limiter.tryAcquire(ADA, 2).allowed()).isTrue();
        limiter.setLimit("day", Limit.of(2, Duration.ofDays(1)));
        assertThat(limiter.tryAcquire(ADA).refusedBy()).contains("day");
        assertThat(this.<Long>admin(keyOfAda(), c -> c.pttl(keyOfAda())))
                .isGreaterThan(Duration.ofHours(23).toMillis());
    }

    /** As in a rolling deployment: nobody forgets what only the others know. */
    @Test
    void processesWithOtherLimitsLeaveEachOthersAlone() {
        CompositeRateLimiter old = frozenOf(SECOND);
        CompositeRateLimiter next = frozenOf(DAY, SECOND);
        for (int i = 0; i < 5; i++) {
            assertThat(next.tryAcquire(ADA).allowed()).isTrue();
            clock.advance(Duration.ofSeconds(1));
            assertThat(old.tryAcquire(ADA).allowed()).isTrue();
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(next.tryAcquire(ADA).refusedBy()).contains("day");
        assertThat(old.tryAcquire(ADA).allowed()).isTrue();
        assertThat(this.<Long>admin(keyOfAda(), c -> c.pttl(keyOfAda())))
                .isGreaterThan(LONGER_MILLIS + Duration.ofHours(23).toMillis());
    }

    @Test
    void theKeyIsGoneWhenAllIsThereAgainAndWhatIsRefusedStoresNothing() {
        CompositeRateLimiter limiter =
                of(SECOND, NamedLimit.of("tenth", Algorithm.FIXED_WINDOW, Limit.of(2, Duration.ofMillis(300))));
        assertThat(limiter.peek(ADA).remaining()).isEqualTo(2);
        assertThat(this.<Long>admin(keyOfAda(), c -> c.exists(keyOfAda()))).isZero();
        assertThat(limiter.tryAcquire(ADA, 2).allowed()).isTrue();
        byte[] before = dump(keyOfAda());
        Decision refused = limiter.tryAcquire(ADA);
        assertThat(refused.allowed()).isFalse();
        assertThat(dump(keyOfAda())).isEqualTo(before);
        assertThat(this.<Long>admin(keyOfAda(), c -> c.pttl(keyOfAda()))).isBetween(1L, 1_002L);
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> admin(keyOfAda(), c -> c.exists(keyOfAda())) == 0);
        assertThat(counted("allowed")).isEqualTo(1);
        assertThat(counted("refused")).isEqualTo(1);
        assertThat(registry.find("redis.patterns.ratelimit.leased").meters()).isEmpty(); // it has none
    }

    /** By the microsecond, though Redis counts whole milliseconds; and what is refused does not write the time anew. */
    @Test
    void theKeyOutlivesWhatIsMissingAndARefusalLeavesItsTimeAlone() {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(redis, keys)
                .limit(NamedLimit.of("ten", Algorithm.TOKEN_BUCKET, TEN))
                .options(FORGETFUL)
                .build());
        int changed = 0;
        for (int i = 0; i < 50; i++) {
            String id = "user " + i;
            String key = keys.child("id").key(id);
            List<String> time = admin(key, c -> c.time());
            long earliestMicros = Long.parseLong(time.get(0)) * 1_000_000 + Long.parseLong(time.get(1));
            assertThat(limiter.tryAcquire(Map.of("id", id), 10).allowed()).isTrue();
            long untilMillis = admin(key, c -> c.pexpiretime(key));
            assertThat(untilMillis * 1_000).isGreaterThanOrEqualTo(earliestMicros + MINUTE.toMillis() * 1_000);
            for (int refusal = 0; refusal < 20; refusal++) {
                assertThat(limiter.tryAcquire(Map.of("id", id)).allowed()).isFalse();
            }
            changed += this.<Long>admin(key, c -> c.pexpiretime(key)) == untilMillis ? 0 : 1;
        }
        assertThat(changed).isLessThan(10); // a script that is held up takes the key for too short-lived
    }

    @Test
    void whoeverWaitsIsGrantedWhenAllAre() {
        CompositeRateLimiter limiter =
                of(SECOND.with(Limit.of(100, Duration.ofSeconds(1)).withBurst(1)), DAY);
        List<CompletableFuture<Decision>> waiting = IntStream.range(0, 5)
                .mapToObj(i -> limiter.acquireAsync(ADA, 1, MINUTE).toCompletableFuture())
                .toList();
        waiting.forEach(each -> assertThat(Sync.await(each).allowed()).isTrue());
        Decision refused = limiter.acquire(ADA, 1, MINUTE);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.refusedBy()).contains("day");
    }

    private String keyOfAda() {
        return keys.child("id").key("ada");
    }

    private CompositeRateLimiter of(NamedLimit... limits) {
        CompositeRateLimiter.Builder builder = CompositeRateLimiter.builder(redis, keys);
        List.of(limits).forEach(builder::limit);
        return closing(builder.build());
    }

    private CompositeRateLimiter frozenOf(NamedLimit... limits) {
        CompositeRateLimiter.Builder builder =
                CompositeRateLimiter.builder(frozen, keys).options(FORGETFUL);
        List.of(limits).forEach(builder::limit);
        return closing(builder.build());
    }
}
