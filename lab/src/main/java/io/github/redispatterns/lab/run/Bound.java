package io.github.redispatterns.lab.run;

import java.math.BigDecimal;

/**
 * What a number must be.
 *
 * @param relation how it must stand to the limit
 * @param limit the limit
 */
public record Bound(Relation relation, Number limit) {

    /** How a number stands to a limit. */
    public enum Relation {
        /** Not greater. */
        AT_MOST("<="),
        /** Not less. */
        AT_LEAST(">="),
        /** Equal. */
        EQUAL("=");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }
    }

    /**
     * The number must not be greater than the limit.
     *
     * @param limit the limit
     * @return the bound
     */
    public static Bound atMost(Number limit) {
        return new Bound(Relation.AT_MOST, limit);
    }

    /**
     * The number must not be less than the limit.
     *
     * @param limit the limit
     * @return the bound
     */
    public static Bound atLeast(Number limit) {
        return new Bound(Relation.AT_LEAST, limit);
    }

    /**
     * The number must be the limit.
     *
     * @param limit the limit
     * @return the bound
     */
    public static Bound equalTo(Number limit) {
        return new Bound(Relation.EQUAL, limit);
    }

    /**
     * Compares a number with the limit.
     *
     * @param number the number; NaN and infinity are within no bound
     * @return whether it is within the bound
     */
    public boolean allows(Number number) {
        if (!Double.isFinite(number.doubleValue())) {
            return false;
        }
        int comparison = exact(number).compareTo(exact(limit));
        return switch (relation) {
            case AT_MOST -> comparison <= 0;
            case AT_LEAST -> comparison >= 0;
            case EQUAL -> comparison == 0;
        };
    }

    private static BigDecimal exact(Number number) {
        return new BigDecimal(number.toString());
    }

    /** The bound as people write it, such as {@code <= 1}. */
    @Override
    public String toString() {
        return relation.sign + ' ' + limit;
    }
}
