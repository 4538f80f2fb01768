package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;

/**
 * What decides while Redis does not: it cannot be reached, does not answer, or cannot store since it is full. A decision
 * made so says {@link Decision#degraded()}.
 *
 * <p>Whether Redis is back is found out in the background, once in each
 * {@linkplain RateLimiterOptions#probeInterval() probe interval}; meanwhile no caller waits for it.
 *
 * <p><b>Thread safety</b>: immutable.
 */
public final class Fallback {

    enum Kind {
        FAIL,
        OPEN,
        CLOSED,
        LOCAL
    }

    private static final double SMALLEST_SHARE = 0.001;

    private static final Fallback FAIL = new Fallback(Kind.FAIL, 1);
    private static final Fallback OPEN = new Fallback(Kind.OPEN, 1);
    private static final Fallback CLOSED = new Fallback(Kind.CLOSED, 1);

    private final Kind kind;
    private final double share;

    private Fallback(Kind kind, double share) {
        this.kind = kind;
        this.share = share;
    }

    /**
     * Nothing: the failure is thrown as it is: a {@link io.github.redispatterns.core.PatternsException} if Redis was not
     * asked or did not answer, Lettuce's {@link io.lettuce.core.RedisCommandExecutionException} if it cannot store. The
     * default, so that nobody is let through or turned away without your having chosen so.
     *
     * @return the fallback
     */
    public static Fallback fail() {
        return FAIL;
    }

    /**
     * Everything is granted: for limits that protect what can bear it for a while. {@code remaining} is the whole limit.
     *
     * @return the fallback
     */
    public static Fallback open() {
        return OPEN;
    }

    /**
     * Everything is refused: for limits that must not be exceeded. {@code retryAfter} and {@code resetAfter} are the probe
     * interval.
     *
     * @return the fallback
     */
    public static Fallback closed() {
        return CLOSED;
    }

    /**
     * This instance grants its share of the limit, kept in its memory. All of an id's share is there when it first asks;
     * then it comes back steadily, whatever the algorithm: {@code share × burst} at once, {@code share × permits} more
     * in each period. A call that costs more than the share of the burst is granted when the whole share is there, and
     * then takes as much longer to come back, so that in the long run no more is granted than the share.
     *
     * <p>What was taken in Redis before is not known to it, nor to Redis afterwards what it has granted. It remembers
     * 100,000 ids, of each limit if there are several; what more there are share one share among them.
     *
     * @param share of the limit, from 0.001 to 1; with ten instances that are asked alike, 0.1
     * @return the fallback
     * @throws IllegalArgumentException if the share is not allowed
     */
    public static Fallback local(double share) {
        return new Fallback(Kind.LOCAL, Check.range("share", share, SMALLEST_SHARE, 1));
    }

    Kind kind() {
        return kind;
    }

    double share() {
        return share;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fallback that && kind == that.kind && Double.compare(share, that.share) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + Double.hashCode(share);
    }

    @Override
    public String toString() {
        return kind == Kind.LOCAL ? "LOCAL(" + share + ")" : kind.name();
    }
}
