package io.github.redispatterns.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowsTest {

    private final List<Row> rows = Rows.of("core/get", Samples.four());

    @Test
    void aRatioIsTheMedianOfThePairs() {
        Row handle = rows.get(1);
        assertThat(handle.ratios()).containsOnlyKeys("raw", "peer");
        Ratio ratio = handle.ratios().get("raw");
        assertThat(ratio.ops()).isEqualTo(1.5); // 150/100, 165/110, 180/90
        assertThat(ratio.p99()).isCloseTo(0.5, within(0.01)); // 0.5, 0.8, 0.5
        assertThat(ratio.best()).isEqualTo("default");
    }

    @Test
    void aPeerIsComparedInItsBestConfiguration() {
        Ratio ratio = rows.get(1).ratios().get("peer");
        assertThat(ratio.best()).isEqualTo("pool of 4");
        assertThat(ratio.ops()).isEqualTo(3); // 150/50, 165/55, 180/45
        assertThat(rows.get(2).ratios()).containsOnlyKeys("raw", "handle");
    }

    @Test
    void aRowSumsItsRoundsUp() {
        Row raw = rows.get(0);
        assertThat(raw.ops()).isEqualTo(new Summary(100, 90, 110));
        assertThat(raw.ops().spread()).isEqualTo(0.2);
        assertThat(raw.rounds()).isEqualTo(3);
        assertThat(raw.latency().p50Micros()).isCloseTo(1000, within(1.0));
        assertThat(raw.latency().p99Micros()).isCloseTo(2000, within(2.0));
        assertThat(raw.latency().maxMicros()).isCloseTo(2000, within(2.0));
    }
}
