package io.github.redispatterns.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TakingTurnsTest {

    @Test
    void twoAreFirstInTurn() {
        assertThat(orders(List.of("A", "B"), 4))
                .containsExactly(List.of("A", "B"), List.of("B", "A"), List.of("B", "A"), List.of("A", "B"));
    }

    @Test
    void threeStandInEveryOrderWithinSixRounds() {
        List<List<String>> orders = orders(List.of("A", "B", "C"), 6);
        assertThat(orders).startsWith(List.of("A", "B", "C"), List.of("C", "B", "A"));
        Set<List<String>> different = new HashSet<>(orders);
        assertThat(different).hasSize(6);
    }

    @Test
    void everyRoundHasEveryContenderOnce() {
        assertThat(orders(List.of("A", "B", "C", "D", "E"), 15))
                .allSatisfy(order -> assertThat(order).containsExactlyInAnyOrder("A", "B", "C", "D", "E"));
    }

    private static List<List<String>> orders(List<String> contenders, int rounds) {
        return IntStream.range(0, rounds)
                .mapToObj(round -> TakingTurns.order(contenders, round))
                .toList();
    }
}
