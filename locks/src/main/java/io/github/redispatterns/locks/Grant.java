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

    /** What was left of a lease when it was asked for was left when the request was sent, too. */
    static Grant since(long askedNanos, long fence, long leftMillis) {
        return new Grant(fence, askedNanos, TimeUnit.MILLISECONDS.toNanos(leftMillis));
    }
}
