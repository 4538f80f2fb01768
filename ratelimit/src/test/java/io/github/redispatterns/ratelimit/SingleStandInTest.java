package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is decided in place of Redis. */
class SingleStandInTest {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000); // it may overflow
    private final Rule hundred = Rule.of(Algorithm.FIXED_WINDOW, Limit.of(100, MINUTE));

    @Test
    void openGrantsAndClosedRefuses() {
        SingleStandIn open = SingleStandIn.of(Fallback.open(), INTERVAL);
        SingleStandIn closed = SingleStandIn.of(Fallback.closed(), INTERVAL);
        assertThat(SingleStandIn.of(Fallback.fail(), INTERVAL)).isNull();
        Decision granted = new Decision(true, 100, Duration.ZERO, Duration.ZERO, true, Optional.empty());
        Decision refused = new Decision(false, 0, INTERVAL, INTERVAL, true, Optional.empty());
        for (long cost : new long[] {1, 100}) {
            assertThat(open.decide(hundred, "a", cost)).isEqualTo(granted);
            assertThat(closed.decide(hundred, "a", cost)).isEqualTo(refused);
        }
        assertThat(open.peek(hundred, "a")).isEqualTo(granted);
        assertThat(closed.peek(hundred, "a")).isEqualTo(refused);
    }

    @Test
    void aShareIsThereAtOnceAndComesBackSteadily() {
        SingleStandIn.Share quarter = share(0.25, 10);
        for (int i = 24; i >= 0; i--) {
            assertThat(quarter.decide(hundred, "a", 1))
                    .isEqualTo(new Decision(
                            true, i, Duration.ZERO, Duration.ofMillis(2_400L * (25 - i)), true, Optional.empty()));
        }
        Decision refused = quarter.decide(hundred, "a", 1);
        assertThat(refused).isEqualTo(new Decision(false, 0, Duration.ofMillis(2_400), MINUTE, true, Optional.empty()));
        assertThat(quarter.peek(hundred, "a")).isEqualTo(refused);
        assertThat(quarter.peek(hundred, "b").remaining()).isEqualTo(25);
        pass(refused.retryAfter().minusNanos(1));
        assertThat(quarter.decide(hundred, "a", 1).retryAfter()).isEqualTo(Duration.ofNanos(1));
        pass(Duration.ofNanos(1));
        assertThat(quarter.decide(hundred, "a", 1).allowed()).isTrue();
        quarter.reset("a");
        assertThat(quarter.peek(hundred, "a").remaining()).isEqualTo(25);
    }

    /** Else it could never be granted. */
    @Test
    void whatCostsMoreThanTheShareTakesLongerToComeBack() {
        SingleStandIn.Share quarter = share(0.25, 10);
        Decision all = quarter.decide(hundred, "a", 100);
        assertThat(all.allowed()).isTrue();
        assertThat(all.resetAfter()).isEqualTo(Duration.ofMinutes(4));
        assertThat(all.remaining()).isZero();
        Decision next = quarter.decide(hundred, "a", 100);
        assertThat(next.retryAfter()).isEqualTo(Duration.ofMinutes(4));
        assertThat(quarter.decide(hundred, "a", 1).retryAfter())
                .isEqualTo(Duration.ofMinutes(3).plusMillis(2_400));
        pass(next.retryAfter());
        assertThat(quarter.decide(hundred, "a", 100).allowed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void noMoreThanTheShareAndRetryAfterIsExact(Algorithm algorithm) {
        Random random = new Random(FullLength.seed("share of " + algorithm));
        for (int round = 0; round < 20; round++) {
            double part = 0.001 + random.nextDouble() * 0.999;
            Limit limit = Limit.of(1L + random.nextInt(1_000), Duration.ofMillis(1_000L + random.nextInt(1_000_000)));
            Rule rule = Rule.of(algorithm, limit);
            SingleStandIn.Share share = share(part, 10);
            long began = clock.get();
            double granted = 0;
            long largest = 0;
            for (int call = 0; call < 1_000; call++) {
                long cost = 1L + random.nextInt((int) (random.nextInt(4) == 0 ? rule.capacity() : 1));
                Decision decision = share.decide(rule, "a", cost);
                if (!decision.allowed() && random.nextBoolean()) {
                    pass(decision.retryAfter().minusNanos(1));
                    assertThat(share.decide(rule, "a", cost).allowed()).isFalse();
                    pass(Duration.ofNanos(1));
                    decision = share.decide(rule, "a", cost);
                    assertThat(decision.allowed()).isTrue();
                }
                if (decision.allowed()) {
                    granted += cost;
                    largest = Math.max(largest, cost);
                }
                double most = Math.max(part * rule.capacity(), (double) largest)
                        + part
                                * limit.permits()
                                * (clock.get() - began)
                                / limit.period().toNanos();
                assertThat(granted).isLessThanOrEqualTo(most * (1 + 1e-9));
                pass(Duration.ofNanos(random.nextLong(1 + limit.period().toNanos() / 10)));
            }
        }
    }

    @Test
    void theLongestPeriodDoesNotOverflow() {
        Rule rule = Rule.of(Algorithm.FIXED_WINDOW, Limit.of(1_000_000_000, Duration.ofDays(366)));
        SingleStandIn.Share share = share(0.001, 10);
        assertThat(share.decide(rule, "a", 1_000_000_000).allowed()).isTrue();
        Decision refused = share.decide(rule, "a", 1_000_000_000);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.retryAfter()).isPositive();
    }

    @Test
    void thoseForWhomThereIsNoRoomShareOneShare() {
        SingleStandIn.Share all = share(1, 2);
        Rule two = Rule.of(Algorithm.GCRA, Limit.of(2, MINUTE));
        for (String id : new String[] {"a", "b", "c", "d"}) {
            assertThat(all.decide(two, id, 1).allowed()).isTrue();
        }
        assertThat(all.decide(two, "a", 1).allowed()).isTrue();
        assertThat(all.decide(two, "e", 1).allowed()).isFalse();
        pass(MINUTE);
        assertThat(all.decide(two, "e", 2).allowed()).isTrue();
        assertThat(all.decide(two, "f", 2).allowed()).isTrue();
    }

    private SingleStandIn.Share share(double part, int most) {
        return new SingleStandIn.Share(part, most, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
