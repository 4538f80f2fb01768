package io.github.redispatterns.cacheaside;

import java.time.Duration;

/**
 * What stands at a key, for people who look for the reason of something. Times are the server's.
 *
 * @param state what it is
 * @param age since when it has been there; zero for a lease and for what is unreadable
 * @param staleIn when it will be stale; zero if it is
 * @param expiresIn when it will be gone
 * @param loadTime how long its load took; zero if it was put
 * @param valueBytes how many bytes its value takes
 */
public record Inspection(
        State state, Duration age, Duration staleIn, Duration expiresIn, Duration loadTime, int valueBytes) {

    /** What can stand at a key. */
    public enum State {
        /** A value. */
        VALUE,
        /** A value that some process is loading anew. */
        REFRESHING,
        /** The note that the source of truth has no value. */
        NEGATIVE,
        /** A load, or a write to the source of truth, is under way. */
        LEASED,
        /** Bytes that this version cannot read. */
        UNREADABLE
    }
}
