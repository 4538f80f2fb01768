package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is decided of several limits in place of Redis. */
class CompositeStandInTest {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final NamedLimit FEW =
            NamedLimit.of("few", Algorithm.FIXED_WINDOW, Limit.of(20, Duration.ofMinutes(1)));
    private static final NamedLimit MANY = NamedLimit.of("many", Algorithm.GCRA, Limit.of(100, Duration.ofMinutes(1)));
    private static final NamedLimit ALL = NamedLimit.of("total", Algorithm.GCRA, Limit.of(30, Duration.ofMinutes(1)))
            .per(NamedLimit.ALL);
    private static final CompositeKey ADA = key("ada", "all");
    private static final CompositeKey BOB = key("bob", "all");

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000); // it may overflow
    private final Rules parts = new Rules(List.of(part(MANY, 1), part(FEW, 1), part(ALL, 2)));

    @Test
    void openGrantsAndClosedRefuses() {
        CompositeStandIn open = standIn(Fallback.open());
        CompositeStandIn closed = standIn(Fallback.closed());
        assertThat(CompositeStandIn.of(Fallback.fail(), INTERVAL, List.of(FEW))).isNull();
        Decision granted = new Decision(
                true,
                20,
                Duration.ZERO,
                Duration.ZERO,
                true,
                Optional.empty(),
                List.of(state(MANY, 100), state(FEW, 20), state(ALL, 30)));
        for (int call = 0; call < 50; call++) {
            assertThat(open.decide(parts, ADA, 20)).isEqualTo(granted);
        }
        assertThat(open.peek(parts, ADA)).isEqualTo(granted);
        Decision refused = closed.decide(parts, ADA, 1);
        assertThat(refused).isEqualTo(closed.peek(parts, ADA));
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.degraded()).isTrue();
        assertThat(refused.remaining()).isZero();
        assertThat(refused.retryAfter()).isEqualTo(INTERVAL);
        assertThat(refused.refusedBy()).contains("many"); // all alike, so the first
        assertThat(refused.limits()).allMatch(each -> each.retryAfter().equals(INTERVAL) && each.remaining() == 0);
    }

    @Test
    void ofAShareWhatOneRefusesNoOtherIsChargedFor() {
        CompositeStandIn half = half();
        for (int left = 9; left >= 0; left--) {
            Decision granted = half.decide(parts, ADA, 1);
            assertThat(granted.allowed()).isTrue();
            assertThat(granted.degraded()).isTrue();
            assertThat(granted.remaining()).isEqualTo(left);
            assertThat(granted.refusedBy()).isEmpty();
        }
        for (int call = 0; call < 100; call++) {
            Decision refused = half.decide(parts, ADA, 1);
            assertThat(refused.allowed()).isFalse();
            assertThat(refused.refusedBy()).contains("few");
            assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(6));
            assertThat(refused.limits()).extracting(LimitState::remaining).containsExactly(40L, 0L, 5L);
        }
        assertThat(half.decide(parts, BOB, 6).refusedBy()).contains("total");
        assertThat(half.decide(parts, BOB, 5).allowed()).isTrue();
        assertThat(half.peek(parts, BOB).limits())
                .extracting(LimitState::remaining)
                .containsExactly(45L, 5L, 0L);
    }

    @Test
    void retryAfterIsTheLongestAndExact() {
        CompositeStandIn half = half();
        Random random = new Random(FullLength.seed("share of several limits"));
        for (int call = 0; call < 2_000; call++) {
            CompositeKey keys = random.nextBoolean() ? ADA : BOB;
            long cost = 1L + random.nextInt(3);
            Decision decision = half.decide(parts, keys, cost);
            assertThat(decision.refusedBy().isPresent()).isEqualTo(!decision.allowed());
            if (!decision.allowed()) {
                pass(decision.retryAfter().minusNanos(1));
                assertThat(half.decide(parts, keys, cost).retryAfter()).isEqualTo(Duration.ofNanos(1));
                pass(Duration.ofNanos(1));
                assertThat(half.decide(parts, keys, cost).allowed()).isTrue();
            }
        }
    }

    @Test
    void anotherLimitKeepsTheTimeUntilAllIsThere() {
        CompositeStandIn half = half();
        assertThat(half.decide(parts, ADA, 10).remaining()).isZero();
        Rules more = parts.with("few", Limit.of(40, Duration.ofMinutes(1)));
        assertThat(half.peek(more, ADA).limits().get(1).remaining()).isZero();
        pass(Duration.ofSeconds(30));
        assertThat(half.peek(more, ADA).limits().get(1).remaining()).isEqualTo(10);
    }

    @Test
    void aResetForgetsTheSubjectsThatAreNamed() {
        CompositeStandIn half = half();
        assertThat(half.decide(parts, ADA, 10).allowed()).isTrue();
        half.reset(key("ada"));
        assertThat(half.peek(parts, ADA).limits())
                .extracting(LimitState::remaining)
                .containsExactly(50L, 10L, 5L);
        half.reset(key("all"));
        assertThat(half.peek(parts, ADA).remaining()).isEqualTo(10);
        assertThat(half.decide(parts, ADA, 10).allowed()).isTrue();
        half.reset(ADA);
        assertThat(half.peek(parts, ADA).limits())
                .extracting(LimitState::remaining)
                .containsExactly(50L, 10L, 15L);
    }

    @Test
    void thoseForWhomThereIsNoRoomShareOneShareOfEachLimit() {
        CompositeStandIn all =
                new CompositeStandIn(List.of(FEW, MANY), () -> new SingleStandIn.Share(1, 2, clock::get));
        Rules two = new Rules(List.of(part(FEW, 1), part(MANY, 1)));
        for (String id : new String[] {"a", "b", "c"}) {
            assertThat(all.decide(two, key(id), 15).allowed()).isTrue();
        }
        Decision refused = all.decide(two, key("d"), 15); // c's
        assertThat(refused.refusedBy()).contains("few");
        assertThat(refused.limits().get(1).remaining()).isEqualTo(85);
        assertThat(all.decide(two, key("d"), 5).allowed()).isTrue();
        pass(Duration.ofMinutes(1));
        assertThat(all.decide(two, key("e"), 20).allowed()).isTrue();
    }

    @Test
    void threadsTakeNoMoreThanTheShareTogether() throws Exception {
        CompositeStandIn half = half();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Integer>> all = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            CompositeKey keys = thread % 2 == 0 ? ADA : BOB;
            all.add(threads.submit(() -> {
                int granted = 0;
                for (int call = 0; call < 1_000; call++) {
                    granted += half.decide(parts, keys, 1).allowed() ? 1 : 0;
                }
                return granted;
            }));
        }
        int granted = 0;
        for (Future<Integer> each : all) {
            granted += each.get();
        }
        threads.shutdown();
        assertThat(granted).isEqualTo(15); // half of the total, and each has ten
        assertThat(half.peek(parts, ADA).limits().get(0).remaining()
                        + half.peek(parts, BOB).limits().get(0).remaining())
                .isEqualTo(85);
    }

    private CompositeStandIn half() {
        return new CompositeStandIn(List.of(MANY, FEW, ALL), () -> new SingleStandIn.Share(0.5, 10, clock::get));
    }

    private static CompositeStandIn standIn(Fallback fallback) {
        return Objects.requireNonNull(CompositeStandIn.of(fallback, INTERVAL, List.of(MANY, FEW, ALL)));
    }

    private static Rules.Part part(NamedLimit limit, int key) {
        return Rules.Part.of(limit, key);
    }

    private static CompositeKey key(String... each) {
        return new CompositeKey(List.of(each));
    }

    private static LimitState state(NamedLimit limit, long remaining) {
        return new LimitState(limit.name(), remaining, Duration.ZERO, Duration.ZERO);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
