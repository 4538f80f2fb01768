package io.github.redispatterns.locks;

import java.util.concurrent.TimeUnit;

/**
 * A lease that Redis has given.
 *
 * @param fence the fencing token
 * @param fromNanos a local time from which it lasts, not later than it began on the server
 * @param lastsNanos how long, from then on
 */
record Grant(long fence, long fromNanos, long lastsNanos) {

    private static final int MARGIN_SHARE = 100;
    private static final long MARGIN_NANOS = 10_000_000;

    /** What was left of a lease when it was asked for was left when the request was sent, too. */
    static Grant since(long askedNanos, long fence, long leftMillis) {
        return new Grant(fence, askedNanos, TimeUnit.MILLISECONDS.toNanos(leftMillis));
    }

    /** Its end by this process's clock, whatever that differs by from the server's. */
    long endNanos() {
        return fromNanos + lastsNanos - lastsNanos / MARGIN_SHARE - MARGIN_NANOS;
    }

    /** It came too late for anybody to have it. */
    boolean isOver() {
        return endNanos() - System.nanoTime() <= 0;
    }
}
