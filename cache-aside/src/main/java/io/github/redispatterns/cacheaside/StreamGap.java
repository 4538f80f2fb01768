package io.github.redispatterns.cacheaside;

/** Why a {@link StreamInvalidation} does not know which keys were named, and drops everything. */
public enum StreamGap {
    /**
     * No position is stored: this name follows the stream for the first time, or nobody did so for longer than
     * {@link StreamInvalidationOptions#positionTtl()}, or the cache's Redis has lost it.
     */
    NO_POSITION,
    /**
     * The stream no longer holds all that was added after the position: it was trimmed, entries were deleted, or it was
     * itself deleted, made anew, or restored to an earlier state.
     */
    ENTRIES_GONE
}
