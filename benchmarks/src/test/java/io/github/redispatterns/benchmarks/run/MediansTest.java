package io.github.redispatterns.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MediansTest {

    @Test
    void theMedianIsTheMiddleOneOrTheMeanOfTheMiddleTwo() {
        assertThat(Medians.of(List.of(9.0, 1.0, 5.0))).isEqualTo(5);
        assertThat(Medians.of(List.of(9.0, 1.0, 5.0, 6.0))).isEqualTo(5.5);
        assertThatThrownBy(() -> Medians.of(List.of())).hasMessageContaining("values");
    }

    /** The machine is at half its speed from the third round on: each pair says 2, the medians' ratio says 1. */
    @Test
    void pairsSeeThroughASlowMachine() {
        List<Double> fast = List.of(200.0, 200.0, 100.0, 100.0, 100.0);
        List<Double> slow = List.of(100.0, 100.0, 100.0, 50.0, 50.0);
        assertThat(Medians.of(fast) / Medians.of(slow)).isEqualTo(1);
        assertThat(Medians.ofRatios(fast, slow)).isEqualTo(2);
    }

    @Test
    void onlyPairsArePaired() {
        assertThatThrownBy(() -> Medians.ofRatios(List.of(1.0, 2.0), List.of(1.0)))
                .hasMessageContaining("2 do not pair with 1");
    }
}
