package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        fetched(supply);
        fetched(supply);
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
        fetched(supply);
        assertThat(allowed(7)).isTrue();
        assertThat(allowed(7)).isFalse();
        fetched(supply);
        assertThat(allowed(14)).isFalse();
        assertThat(allowed(3)).isTrue();
        assertThat(allowed(10)).isTrue();
        assertThat(allowed(1)).isFalse();
    }

    @Test
    void theNextIsFetchedWhenTheFirstIsUsedUp() {
        fetched(supply);
        assertThat(supply.fetches(NOW)).isTrue();
        fetched(supply);
        assertThat(supply.fetches(NOW)).isFalse();
        assertThat(allowed(12)).isTrue();
        assertThat(allowed(1)).isTrue();
        assertThat(supply.fetches(NOW)).isTrue();
    }

    /** One looks, the other fetches, and only then the first goes on: it would replace what the other has fetched. */
    @Test
    void whatAnotherHasFetchedMeanwhileIsNotFetchedAgain() {
        Supply preempted = new Supply(NOW) {

            private boolean first = true;

            @Override
            boolean isDue(long now) {
                boolean due = super.isDue(now);
                if (first) {
                    first = false;
                    assertThat(fetches(now)).isTrue();
                    SupplyTest.fetched(this);
                }
                return due;
            }
        };
        SupplyTest.fetched(preempted);
        assertThat(preempted.fetches(NOW)).isFalse();
        assertThat(preempted.take(20, NOW)).isNotNull(); // of both
        assertThat(preempted.fetchedAll()).isCompleted();
    }

    @Test
    void nothingIsFetchedByOneThatHasEnded() {
        fetched(supply);
        assertThat(supply.end()).hasSize(1);
        assertThat(supply.fetches(NOW)).isFalse();
        assertThat(supply.isForgotten()).isFalse();
    }

    /** It goes to whoever gives it back, and nobody is granted from it. */
    @Test
    void whatIsFetchedTooLateIsNotHeld() {
        fetched(supply);
        assertThat(supply.fetches(NOW)).isTrue();
        supply.forget(NOW);
        assertThat(supply.isForgotten()).isTrue();
        assertThat(supply.fetchedAll()).isNotCompleted();
        List<Batch> others = new ArrayList<>();
        supply.fetched(batch(), others::add);
        assertThat(supply.fetchedAll()).isCompleted();
        assertThat(others).hasSize(1);
        assertThat(allowed(1)).isFalse();
    }

    private static void fetched(Supply supply) {
        supply.fetched(batch(), unused -> {
            throw new AssertionError("it should be held");
        });
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
