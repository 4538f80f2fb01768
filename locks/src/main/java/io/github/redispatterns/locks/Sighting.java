package io.github.redispatterns.locks;

import java.util.List;

/**
 * What a look at a queue has shown.
 *
 * @param known whether this process is still in it; if not, its waiters have to queue again
 * @param endsInMillis when the next lease ends; 0 if there is none
 * @param serverMicros the time on the server
 * @param holders who holds the lock
 */
record Sighting(boolean known, long endsInMillis, long serverMicros, List<Holder> holders) {

    /**
     * One who holds the lock.
     *
     * @param token the request's
     * @param fence its fencing token
     * @param leftMillis how long its lease lasts
     */
    record Holder(String token, long fence, long leftMillis) {}
}
