package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One master of several falls silent, and the others answer: several limits, and slots. */
@RedisTest(topologies = Topology.CLUSTER)
class OtherClusterOutageIT extends OtherFaultFixture {

    @Test
    void aSilentMasterDoesNotConcernTheOthers() throws Exception {
        CompositeRateLimiter limiter = several(Fallback.open());
        ConcurrencyLimiter slots = slots(100);
        Slot held = slots.tryAcquire("ada").slot().orElseThrow();
        List<String> others = Stream.iterate(0, i -> i + 1)
                .map(i -> "id" + i)
                .filter(id -> !deployment.masterOf(keys.key(id)).equals(deployment.masterOf(keyOfAda())))
                .limit(20)
                .toList();
        whileFrozen(keyOfAda(), () -> {
            assertThat(limiter.tryAcquire(ADA).degraded()).isTrue();
            assertThatThrownBy(held::extend).isInstanceOf(PatternsException.class);
            assertThat(timed(() -> {
                        for (String id : others) {
                            assertThat(limiter.tryAcquire(Map.of("id", id)).degraded())
                                    .isFalse();
                            assertThat(limiter.tryAcquire(ADA).degraded()).isTrue();
                            assertThat(slots.tryAcquire(id).allowed()).isTrue();
                            assertThatThrownBy(held::extend).isInstanceOf(PatternsException.class);
                        }
                    }))
                    .isLessThan(NOISE);
        });
        awaitBack(limiter, INTERVAL.plus(NOISE));
        awaitBack(held, INTERVAL.plus(NOISE));
    }
}
