package io.github.redispatterns.cacheaside;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Decides when an entry is stale, and when it is due to be refreshed.
 *
 * <p>Early refresh is XFetch: with the load time Δ and the eagerness β, a reader at time t refreshes if
 * t − Δ·β·ln(random) has reached the time at which the entry is stale. Of many readers one does so shortly before that
 * time, the earlier the longer the load takes.
 *
 * <p>Source: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB'15.
 */
final class Freshness {

    private static final double MICROS_PER_MILLI = 1_000;

    private final LongSupplier serverMillis;
    private final double beta;
    private final boolean refreshes;

    /**
     * Decides by a clock.
     *
     * @param serverMillis the server's time, ms; 0 while it is not known: then nothing is stale or due
     */
    Freshness(CacheAsideOptions options, LongSupplier serverMillis) {
        this.serverMillis = serverMillis;
        this.beta = options.earlyRefresh();
        this.refreshes = beta > 0 || options.softTtl().compareTo(options.ttl()) < 0;
    }

    /** False if no entry of this cache is ever refreshed before it is gone; then nothing else here matters. */
    boolean refreshes() {
        return refreshes;
    }

    boolean isStale(byte[] entry) {
        return refreshes && millisUntilStale(entry) <= 0;
    }

    /** True if whoever has read this entry should refresh it, and nobody does so already. */
    boolean isDue(byte[] entry) {
        if (!refreshes || CacheRecord.refreshUntilMillis(entry) > serverMillis.getAsLong()) {
            return false;
        }
        double early = beta == 0 ? 0 : CacheRecord.loadMicros(entry) / MICROS_PER_MILLI * beta * -Math.log(random());
        return millisUntilStale(entry) <= early;
    }

    private long millisUntilStale(byte[] entry) {
        return CacheRecord.bornMillis(entry) + CacheRecord.softMillis(entry) - serverMillis.getAsLong();
    }

    /** Over 0, at most 1. */
    private static double random() {
        return 1 - ThreadLocalRandom.current().nextDouble();
    }
}
