package io.github.redispatterns.lab.ratelimit;

import java.util.Map;

/**
 * Calls that a gateway made together, also as JSON from another process.
 *
 * @param fromMicros the server's time before the first of them, µs
 * @param toMicros the server's time after the last of them, µs
 * @param granted by answer, how many were let through
 */
record Batch(long fromMicros, long toMicros, Map<String, Integer> granted) {

    int granted(String answer) {
        return granted.getOrDefault(answer, 0);
    }
}
