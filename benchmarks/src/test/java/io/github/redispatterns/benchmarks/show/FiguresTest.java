package io.github.redispatterns.benchmarks.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void callsAreASum() {
        assertThat(Figures.calls(Map.of("get", 1.0))).isEqualTo("1 get");
        assertThat(Figures.calls(new TreeMap<>(Map.of("evalsha", 1.0, "get", 0.5, "set", 10.0))))
                .isEqualTo("1 evalsha + 0.5 get + 10 set");
        assertThat(Figures.calls(Map.of())).isEqualTo("-");
    }

    @Test
    void whatIsNotThereIsADash() {
        assertThat(Figures.ratio(null)).isEqualTo("-");
        assertThat(Figures.ratio(Double.NaN)).isEqualTo("-");
        assertThat(Figures.ratio(0.974)).isEqualTo("0.97");
    }

    @Test
    void aChangeHasASign() {
        assertThat(Figures.change(0.0213)).isEqualTo("+2.1 %");
        assertThat(Figures.change(-0.0934)).isEqualTo("-9.3 %");
        assertThat(Figures.change(-0.0001)).isEqualTo("+0.0 %");
        assertThat(Figures.finePercent(0.0934)).isEqualTo("9.3 %");
        assertThat(Figures.fineRatio(0.9746)).isEqualTo("0.975");
    }

    @Test
    void smallTimesHaveADecimal() {
        assertThat(Figures.micros(16.25)).isEqualTo("16.3");
        assertThat(Figures.micros(1234.5)).isEqualTo("1,235");
        assertThat(Figures.nanosPerOperation(2e8)).isEqualTo("5.00");
    }
}
