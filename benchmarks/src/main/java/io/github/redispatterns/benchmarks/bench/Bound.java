package io.github.redispatterns.benchmarks.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a figure must be: a ratio to a library, or a figure of the row alone.
 *
 * @param label the row
 * @param load the row's load
 * @param metric what is compared, and in which direction it is better
 * @param against the library that it is compared with, in its best configuration; null if the row stands alone
 * @param limit the worst figure that is within the bound
 */
public record Bound(
        String label, Load load, Metric metric, @Nullable String against, double limit) {

    /** What is compared. */
    public enum Metric {
        /** Operations per second; more is better. */
        OPS("ops", ">="),
        /** Operations per second as such, where no ratio says it: what hardly asks Redis. */
        OPS_PER_SECOND("ops/s", ">="),
        /** The 99th percentile of the latency; less is better. */
        P99("p99", "<="),
        /** The median of the latency, ms. */
        P50_MILLIS("p50 in ms", "<="),
        /** How often the source of truth is asked for one operation. */
        LOADS("loads/op", "<="),
        /** How often Redis reads from a socket for one operation: for a caller who waits, its round trips. */
        READS("reads/op", "<="),
        /** How many scripts Redis runs for one operation: for a library that sends nothing else, its commands. */
        SCRIPTS("scripts/op", "<="),
        /** How far the share of any caller is from the mean. */
        UNEVENNESS("uneven", "<=");

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
     * So many operations per second at least.
     *
     * @param label the row
     * @param load its load
     * @param ops the least
     * @return the bound
     */
    public static Bound opsPerSecondAtLeast(String label, Load load, double ops) {
        return new Bound(label, load, Metric.OPS_PER_SECOND, null, ops);
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
     * A median latency.
     *
     * @param label the row
     * @param load its load
     * @param millis the most, ms
     * @return the bound
     */
    public static Bound p50AtMost(String label, Load load, double millis) {
        return new Bound(label, load, Metric.P50_MILLIS, null, millis);
    }

    /**
     * So many loads for one operation.
     *
     * @param label the row
     * @param load its load
     * @param loads the most
     * @return the bound
     */
    public static Bound loadsAtMost(String label, Load load, double loads) {
        return new Bound(label, load, Metric.LOADS, null, loads);
    }

    /**
     * So many reads by Redis for one operation.
     *
     * @param label the row
     * @param load its load; with one thread they are the round trips
     * @param reads the most
     * @return the bound
     */
    public static Bound readsAtMost(String label, Load load, double reads) {
        return new Bound(label, load, Metric.READS, null, reads);
    }

    /**
     * So many scripts for one operation.
     *
     * @param label the row
     * @param load its load
     * @param scripts the most
     * @return the bound
     */
    public static Bound scriptsAtMost(String label, Load load, double scripts) {
        return new Bound(label, load, Metric.SCRIPTS, null, scripts);
    }

    /**
     * Shares that are alike.
     *
     * @param label the row
     * @param load its load
     * @param share how far any caller's operations may be from the mean; 0.01 is 1 %
     * @return the bound
     */
    public static Bound unevennessAtMost(String label, Load load, double share) {
        return new Bound(label, load, Metric.UNEVENNESS, null, share);
    }

    /**
     * Compares a figure with the limit.
     *
     * @param figure the ratio, or the figure of the row; NaN is within no bound
     * @return whether it is within the bound
     */
    public boolean allows(double figure) {
        return switch (metric) {
            case OPS, OPS_PER_SECOND -> figure >= limit;
            case P99, P50_MILLIS, LOADS, READS, SCRIPTS, UNEVENNESS -> figure <= limit;
        };
    }

    /** The bound as people write it, such as {@code ops ratio to raw >= 0.97} or {@code ops/s >= 2,000,000}. */
    @Override
    public String toString() {
        String compared = against == null ? "" : " ratio to " + against;
        String figure =
                metric == Metric.OPS_PER_SECOND ? String.format(Locale.ROOT, "%,.0f", limit) : Double.toString(limit);
        return metric.text + compared + ' ' + metric.sign + ' ' + figure;
    }
}
