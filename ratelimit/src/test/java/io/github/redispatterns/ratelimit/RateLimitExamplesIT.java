package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of the README do what it says. */
@RedisTest
class RateLimitExamplesIT extends RateFixture {

    @Test
    void quickStart() {
        List<Duration> refusals = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            assertThat(RateLimitExamples.quickStart(redis, keys, refusals::add).allowed())
                    .isTrue();
        }
        Decision refused = RateLimitExamples.quickStart(redis, keys, refusals::add);
        assertThat(refused.allowed()).isFalse();
        assertThat(refusals).containsExactly(refused.retryAfter());
        assertThat(refused.retryAfter()).isBetween(Duration.ofNanos(1_000), Duration.ofMillis(600));
    }

    @Test
    void more() {
        RateLimiter api = limiter(Algorithm.GCRA, TEN);
        Decision later = Sync.await(RateLimitExamples.more(api, Limit.of(20, MINUTE)));
        assertThat(later.allowed()).isTrue();
        assertThat(later.remaining()).isEqualTo(19);
    }

    @Test
    void several() {
        for (int i = 0; i < 10; i++) {
            assertThat(RateLimitExamples.several(redis, keys, "ada", "::1").allowed())
                    .isTrue();
        }
    }

    @Test
    void slots() {
        assertThat(RateLimitExamples.slots(redis, keys, () -> "done")).isEqualTo("done, and on");
    }

    @Test
    void headers() {
        assertThat(RateLimitExamples.headers(limiter(Algorithm.GCRA, TEN)))
                .containsEntry("RateLimit-Policy", "\"default\";q=10;w=60")
                .containsEntry("RateLimit", "\"default\";r=9;t=6");
    }

    @Test
    void resilience() {
        assertThat(RateLimitExamples.resilience(limiter(Algorithm.GCRA, TEN), () -> "done"))
                .isEqualTo("done");
    }
}
