package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is let through at most, over random schedules; also if the server's clock is set back again and again. */
@RedisTest
class GrantsIT extends RateFixture {

    private static final int CALLS = FullLength.of(600, 20_000);

    /** By true time, which no clock that is set back can change. */
    private record Grant(long atMicros, long cost) {}

    @ParameterizedTest
    @EnumSource
    void noMoreThanTheAlgorithmLetsThrough(Algorithm algorithm) {
        check(algorithm, 0);
    }

    @ParameterizedTest
    @EnumSource
    void noMoreIfTheClockIsSetBack(Algorithm algorithm) {
        check(algorithm, 0.05);
    }

    @ParameterizedTest
    @EnumSource
    void aClockThatWasSetBackForHoursLocksNobodyOut(Algorithm algorithm) {
        RateLimiter limiter = frozenLimiter(algorithm, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        clock.advance(Duration.ofHours(-5));
        Decision refused = limiter.tryAcquire("ada");
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.retryAfter()).isLessThanOrEqualTo(MINUTE.plusSeconds(6)); // the counter's share, rounded up
        clock.advance(refused.retryAfter());
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
        clock.advance(limiter.peek("ada").resetAfter());
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aLookAfterTheClockWasSetBackSaysTheTruthToo(Algorithm algorithm) {
        RateLimiter limiter = frozenLimiter(algorithm, TEN);
        assertThat(limiter.tryAcquire("ada", 10).allowed()).isTrue();
        clock.advance(Duration.ofHours(-5));
        clock.advance(limiter.peek("ada").retryAfter());
        assertThat(limiter.tryAcquire("ada").allowed()).isTrue();
    }

    private void check(Algorithm algorithm, double setBack) {
        Random random = new Random(FullLength.seed("grants of " + algorithm + ", " + deployment));
        Limit limit = algorithm.isSteady() ? TEN.withBurst(4) : TEN;
        Rule rule = Rule.of(algorithm, limit);
        RateLimiter limiter = frozenLimiter(algorithm, limit);
        List<Grant> grants = new ArrayList<>();
        long trueMicros = 0;
        for (int call = 0; call < CALLS; call++) {
            long step = random.nextInt(3) == 0 ? 0 : random.nextInt(9_000_000);
            trueMicros += step;
            clock.advance(RateModel.micros(step));
            if (random.nextDouble() < setBack) {
                clock.advance(Duration.ofMillis(-random.nextInt(1 << random.nextInt(24))));
            }
            long cost = 1L + random.nextInt(3);
            if (limiter.tryAcquire("ada", cost).allowed()) {
                grants.add(new Grant(trueMicros, cost));
            }
        }
        assertThat(grants).hasSizeGreaterThan(CALLS / 10);
        for (int from = 0; from < grants.size(); from++) {
            long sum = 0;
            for (int to = from; to < grants.size() && to < from + 100; to++) {
                sum += grants.get(to).cost();
                long passed = grants.get(to).atMicros() - grants.get(from).atMicros();
                assertThat(sum).as("%s, from %d to %d", algorithm, from, to).isLessThanOrEqualTo(most(rule, passed));
            }
        }
    }

    /** In so much time, both ends included. */
    private static long most(Rule rule, long passedMicros) {
        long permits = rule.limit().permits();
        long periods = passedMicros / rule.limit().periodMicros();
        return switch (rule.algorithm()) {
            case SLIDING_WINDOW_LOG -> permits * (1 + periods);
            case FIXED_WINDOW, SLIDING_WINDOW_COUNTER -> permits * (2 + periods);
            case TOKEN_BUCKET, GCRA -> rule.capacity() + passedMicros * 1_000 / rule.first();
        };
    }
}
