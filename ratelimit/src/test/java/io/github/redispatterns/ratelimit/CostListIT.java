package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A list of costs in one script is what single calls at the same instant are. */
@RedisTest
class CostListIT extends RateFixture {

    private static final int ROUNDS = FullLength.of(100, 5_000);

    @ParameterizedTest
    @EnumSource
    void aListIsDecidedAsSingleCallsAre(Algorithm algorithm) {
        Random random = new Random(FullLength.seed("lists of " + algorithm + ", " + deployment));
        LimitStore<String, Rule> store = frozenStore(algorithm, TEN);
        String listed = key(algorithm, "list");
        String single = key(algorithm, "single");
        for (int round = 0; round < ROUNDS; round++) {
            List<Long> costs = new ArrayList<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                costs.add(1L + random.nextInt(random.nextBoolean() ? 2 : 10));
            }
            List<Decision> one = Sync.await(store.decide(listed, costs));
            List<Decision> each = new ArrayList<>();
            costs.forEach(cost -> each.add(Sync.await(store.decide(single, cost))));
            assertThat(one).as("round %d, %s", round, costs).isEqualTo(each);
            String value = admin(listed, c -> c.get(listed));
            if (algorithm != Algorithm.SLIDING_WINDOW_LOG) { // its ring may have grown in other steps
                assertThat(value).isEqualTo(admin(single, c -> c.get(single)));
            }
            clock.advance(RateModel.micros(random.nextInt(40_000_000)));
        }
    }
}
