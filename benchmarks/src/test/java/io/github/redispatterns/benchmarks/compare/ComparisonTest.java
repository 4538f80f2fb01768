package io.github.redispatterns.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private final Map<Case, Double> first = new LinkedHashMap<>();
    private final Map<Case, Double> second = new LinkedHashMap<>();

    @Test
    void theLargestChangeComesFirstInWhicheverDirection() {
        both("a", 1.0, 1.05);
        both("b", 2.0, 1.6);
        both("c", 0.5, 0.55);
        first.put(of("only in the first"), 1.0);
        second.put(of("only in the second"), 1.0);
        second.put(of("and another"), 1.0);
        Comparison comparison = Comparison.of(first, second);
        assertThat(comparison.changes())
                .extracting(change -> change.of().label(), Change::share)
                .containsExactly(tuple("b", -0.2), tuple("c", 0.1), tuple("a", 0.05));
        assertThat(comparison.median()).isEqualTo(0.1);
        assertThat(comparison.alone()).isEqualTo(3);
        assertThat(comparison.beyond()).isEqualTo(1);
    }

    @Test
    void theMedianIsOfSizes() {
        both("a", 1.0, 1.02);
        both("b", 1.0, 0.96);
        assertThat(Comparison.of(first, second).median()).isCloseTo(0.03, within(1e-12)); // signed: -0.01
    }

    @Test
    void exactlyATenthIsNotBeyond() {
        both("up", 1.0, 1.1);
        both("down", 1.0, 0.9);
        both("beyond", 1.0, 1.101);
        assertThat(Comparison.of(first, second).beyond()).isEqualTo(1);
    }

    @Test
    void theSameContenderUnderAnotherLoadIsAnotherCase() {
        first.put(new Case("core/get", "threads 1", "handle"), 1.0);
        second.put(new Case("core/get", "threads 16", "handle"), 1.0);
        Comparison comparison = Comparison.of(first, second);
        assertThat(comparison.changes()).isEmpty();
        assertThat(comparison.alone()).isEqualTo(2);
        assertThat(comparison.beyond()).isZero();
    }

    private void both(String label, double one, double other) {
        first.put(of(label), one);
        second.put(of(label), other);
    }

    private static Case of(String label) {
        return new Case("core/get", "threads 16", label);
    }
}
