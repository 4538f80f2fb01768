package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.Optional;

/**
 * What came of asking for a slot.
 *
 * @param slot the slot, if one was free; close it
 * @param remaining how many slots are free right after this call
 * @param retryAfter how long until one is free at the latest, if its holder does not extend it and nobody else comes, by
 *     the server's clock; a holder that is done earlier gives it back earlier. Zero if one was granted
 */
public record SlotDecision(Optional<Slot> slot, long remaining, Duration retryAfter) {

    /**
     * Whether a slot was granted.
     *
     * @return true if there is one
     */
    public boolean allowed() {
        return slot.isPresent();
    }
}
