package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two batches of ten are granted from as one. */
class SupplyTest {

    private static final long NOW = Long.MAX_VALUE - 10; // it may overflow
    private static final Rule ONE_A_SECOND = Rule.of(Algorithm.GCRA, Limit.of(60, Duration.ofMinutes(1)));

    private final Supply supply = new Supply(NOW);

    @Test
    void aCostIsTakenOfBothIfOneHasNotEnough() {
        supply.fetched(batch());
        supply.fetched(batch());
        for (int i = 0; i < 3; i++) {
            assertThat(allowed(6)).isTrue();
        }
        assertThat(allowed(6)).isFalse();
        assertThat(allowed(2)).isTrue();
        assertThat(allowed(1)).isFalse();
    }

    /** What a call cannot be granted from is left to those that cost less. */
    @Test
    void whatIsTooLittleForOneIsLeftToOthers() {
        supply.fetched(batch());
        assertThat(allowed(7)).isTrue();
        assertThat(allowed(7)).isFalse();
        supply.fetched(batch());
        assertThat(allowed(14)).isFalse();
        assertThat(allowed(3)).isTrue();
        assertThat(allowed(10)).isTrue();
        assertThat(allowed(1)).isFalse();
    }

    @Test
    void theNextIsFetchedWhenTheFirstIsUsedUp() {
        supply.fetched(batch());
        assertThat(supply.fetches(NOW)).isTrue();
        supply.fetched(batch());
        assertThat(supply.fetches(NOW)).isFalse();
        assertThat(allowed(12)).isTrue();
        assertThat(allowed(1)).isTrue();
        assertThat(supply.fetches(NOW)).isTrue();
    }

    private boolean allowed(long cost) {
        @Nullable Decision decision = supply.take(cost, NOW);
        return decision != null && decision.allowed();
    }

    private static Batch batch() {
        return new Batch(
                ONE_A_SECOND,
                10,
                NOW,
                new Decision(true, 7, Duration.ZERO, Duration.ofSeconds(20), false, Optional.empty()));
    }
}
