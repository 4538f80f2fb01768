package io.github.redispatterns.benchmarks.bench;

/**
 * What a ratio must be.
 *
 * @param label the row
 * @param load the row's load
 * @param metric what is compared, and in which direction it is better
 * @param against the library that it is compared with, in its best configuration
 * @param limit the worst ratio that is within the bound
 */
public record Bound(String label, Load load, Metric metric, String against, double limit) {

    /** What is compared. */
    public enum Metric {
        /** Operations per second; more is better. */
        OPS("ops", ">="),
        /** The 99th percentile of the latency; less is better. */
        P99("p99", "<=");

        private final String text;
        private final String sign;

        Metric(String text, String sign) {
            this.text = text;
            this.sign = sign;
        }
    }

    /**
     * So many operations per second at least, as a share of a library's.
     *
     * @param label the row
     * @param load its load
     * @param ratio the least share
     * @param against the library, such as {@link Contender#RAW} or a peer
     * @return the bound
     */
    public static Bound opsAtLeast(String label, Load load, double ratio, String against) {
        return new Bound(label, load, Metric.OPS, against, ratio);
    }

    /**
     * A p99 that is at most so many times a library's.
     *
     * @param label the row
     * @param load its load
     * @param ratio the most; 1 is no worse
     * @param against the library, such as {@link Contender#RAW} or a peer
     * @return the bound
     */
    public static Bound p99AtMost(String label, Load load, double ratio, String against) {
        return new Bound(label, load, Metric.P99, against, ratio);
    }

    /**
     * Compares a ratio with the limit.
     *
     * @param ratio the ratio; NaN is within no bound
     * @return whether it is within the bound
     */
    public boolean allows(double ratio) {
        return switch (metric) {
            case OPS -> ratio >= limit;
            case P99 -> ratio <= limit;
        };
    }

    /** The bound as people write it, such as {@code ops ratio to raw >= 0.97}. */
    @Override
    public String toString() {
        return metric.text + " ratio to " + against + ' ' + metric.sign + ' ' + limit;
    }
}
