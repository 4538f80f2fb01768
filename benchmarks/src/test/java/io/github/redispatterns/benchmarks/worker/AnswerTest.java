package io.github.redispatterns.benchmarks.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.benchmarks.drive.Round;
import java.util.List;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class AnswerTest {

    @Test
    void aRoundArrivesAsItWasSentAndIsMergedWithOthers() throws Exception {
        Histogram one = new AtomicHistogram(60_000_000_000L, 3);
        Histogram other = new Histogram(60_000_000_000L, 3);
        for (int i = 1; i <= 99; i++) {
            one.recordValue(i * 1000L);
        }
        other.recordValue(50_000_000);
        Histogram merged =
                sent(new Round(99, 1234.5, one, 0, List.of())).latencies().copy();
        merged.add(sent(new Round(1, 1, other, 0, List.of())).latencies());
        assertThat(merged.getTotalCount()).isEqualTo(100);
        assertThat(merged.valuesAreEquivalent(merged.getValueAtPercentile(50), 50_000))
                .isTrue();
        assertThat(merged.valuesAreEquivalent(merged.getMaxValue(), 50_000_000)).isTrue();
        assertThat(sent(new Round(99, 1234.5, one, 7, List.of(60L, 39L))).operations())
                .isEqualTo(99);
        assertThat(sent(new Round(99, 1234.5, one, 7, List.of(60L, 39L))).opsPerSecond())
                .isEqualTo(1234.5);
        assertThat(sent(new Round(99, 1234.5, one, 7, List.of(60L, 39L))).loads())
                .isEqualTo(7);
        assertThat(sent(new Round(99, 1234.5, one, 7, List.of(60L, 39L))).shares())
                .containsExactly(60L, 39L);
    }

    @Test
    void whatIsNoHistogramIsRefused() {
        assertThatThrownBy(() -> new Answer("", 1, 1, "AAAAAAAAAAAA", 0, List.of()).round())
                .isInstanceOf(RuntimeException.class);
    }

    private static Round sent(Round round) throws Exception {
        ObjectMapper json = new ObjectMapper();
        return json.readValue(json.writeValueAsString(Answer.of(round)), Answer.class)
                .round();
    }
}
