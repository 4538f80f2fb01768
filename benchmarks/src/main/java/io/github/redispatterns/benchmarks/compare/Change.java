package io.github.redispatterns.benchmarks.compare;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A ratio to {@code raw} that stands in both runs.
 *
 * @param of whose
 * @param first in the first run
 * @param second in the second run
 */
public record Change(Case of, double first, double second) {

    /**
     * How far the second run is from the first. In decimals, as the ratios were written: in binary, 1.1 would lie more
     * than a tenth above 1.
     *
     * @return second / first - 1
     */
    public double share() {
        BigDecimal from = BigDecimal.valueOf(first);
        return BigDecimal.valueOf(second)
                .subtract(from)
                .divide(from, MathContext.DECIMAL64)
                .doubleValue();
    }

    /**
     * The change in either direction.
     *
     * @return without a sign
     */
    public double size() {
        return Math.abs(share());
    }
}
