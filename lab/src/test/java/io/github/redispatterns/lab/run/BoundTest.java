package io.github.redispatterns.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BoundTest {

    @Test
    void comparesNumbersOfAnyKind() {
        assertThat(Bound.atMost(1).allows(1L)).isTrue();
        assertThat(Bound.atMost(1).allows(2)).isFalse();
        assertThat(Bound.atMost(61.3).allows(61.4)).isFalse();
        assertThat(Bound.atLeast(1).allows(1)).isTrue();
        assertThat(Bound.atLeast(1).allows(0)).isFalse();
        assertThat(Bound.equalTo(20).allows(20L)).isTrue();
        assertThat(Bound.equalTo(20).allows(19)).isFalse();
    }

    @Test
    void whatIsNoNumberIsWithinNoBound() {
        assertThat(Bound.atMost(1).allows(Double.NaN)).isFalse();
        assertThat(Bound.atLeast(1).allows(Double.POSITIVE_INFINITY)).isFalse();
    }

    @Test
    void readsAsPeopleWriteIt() {
        assertThat(Bound.atMost(1)).hasToString("<= 1");
        assertThat(Bound.atLeast(2.5)).hasToString(">= 2.5");
        assertThat(Bound.equalTo(20)).hasToString("= 20");
    }

    @Test
    void theScaleIsChecked() {
        assertThat(new Load(0.1, 0).scaled(1000, 4)).isEqualTo(100);
        assertThat(new Load(0.001, 0).scaled(1000, 4)).isEqualTo(4);
        assertThatThrownBy(() -> new Load(-1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("scale: ");
    }
}
