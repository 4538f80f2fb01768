package io.github.redispatterns.cacheaside;

import java.time.Duration;

/**
 * What Redis holds under one key, for debugging. Times are the server's.
 *
 * @param state the kind of record
 * @param age how old the entry is; zero for a lease or unreadable bytes
 * @param staleIn how long until it is stale; zero if it already is
 * @param expiresIn how long until it expires
 * @param loadTime how long its load took; zero if it was written by {@code put} or {@code update}
 * @param valueBytes how many bytes its value takes
 */
public record Inspection(
        State state, Duration age, Duration staleIn, Duration expiresIn, Duration loadTime, int valueBytes) {

    /** What Redis may hold under a key. */
    public enum State {
        /** A value. */
        VALUE,
        /** A value that some process is refreshing. */
        REFRESHING,
        /** The note that the source of truth has no value. */
        NEGATIVE,
        /** A load, or a write to the source of truth, is under way. */
        LEASED,
        /** Bytes that this version cannot read. */
        UNREADABLE
    }
}
