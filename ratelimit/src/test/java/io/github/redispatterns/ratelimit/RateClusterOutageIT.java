package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One master of several falls silent, and the others answer. */
@RedisTest(topologies = Topology.CLUSTER)
class RateClusterOutageIT extends RateFaultFixture {

    @Test
    void aSilentMasterDoesNotConcernTheOthers() throws Exception {
        RateLimiter limiter = hasty(Algorithm.GCRA, TEN, Fallback.open());
        String lost = key(Algorithm.GCRA, "ada");
        List<String> others = Stream.iterate(0, i -> i + 1)
                .map(i -> "id" + i)
                .filter(id -> !deployment.masterOf(key(Algorithm.GCRA, id)).equals(deployment.masterOf(lost)))
                .limit(20)
                .toList();
        whileFrozen(lost, () -> {
            assertThat(limiter.tryAcquire("ada").degraded()).isTrue();
            for (String id : others) {
                assertThat(limiter.tryAcquire(id).degraded()).isFalse();
                assertThat(limiter.tryAcquire("ada").degraded()).isTrue();
            }
        });
        awaitBack(limiter, "ada", INTERVAL.plus(NOISE));
    }
}
