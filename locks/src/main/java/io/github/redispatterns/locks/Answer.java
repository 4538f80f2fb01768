package io.github.redispatterns.locks;

/** What Redis says to a request for a lease. */
sealed interface Answer {

    /**
     * It is the caller's.
     *
     * @param fence the fencing token
     * @param leftMillis how long it lasted when the request was carried out
     */
    record Granted(long fence, long leftMillis) implements Answer {}

    /**
     * It is not. If the request waits, it is in the queue.
     *
     * @param leftMillis how long the holder's lease lasts
     * @param serverMicros the time on the server when it said so
     */
    record Refused(long leftMillis, long serverMicros) implements Answer {}
}
