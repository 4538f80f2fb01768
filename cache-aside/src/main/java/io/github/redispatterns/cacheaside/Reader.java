package io.github.redispatterns.cacheaside;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One caller of get.
 *
 * @param caller runs the loader if it is one that blocks
 * @param began when the call began, a monotonic time, ns: it decides which values the caller may have
 * @param deadline until when it waits for the loads of others, a monotonic time, ns
 * @param past true if its wait has ended once already, and it now loads past the lease of others
 * @param level what the caller's thread is inside of, or null
 * @param onDecided is told that the flight that this reader has begun either loads, or waits for another's load, or
 *     has ended: a bulk load begins when all of its flights have
 * @param turns where the flight has to ask for its turn to load past the cache, if it is one of many; else null
 */
record Reader<V>(
        String key,
        Loading<V> loading,
        Executor caller,
        long began,
        long deadline,
        boolean past,
        Nesting.@Nullable Level level,
        Consumer<String> onDecided,
        @Nullable BulkTurns<V> turns) {

    Reader(String key, Loading<V> loading, Executor caller, long began, long deadline, Nesting.@Nullable Level level) {
        this(key, loading, caller, began, deadline, false, level, decided -> {}, null);
    }

    Reader<V> goingPast(long newDeadline) {
        return new Reader<>(key, loading, caller, began, newDeadline, true, level, onDecided, turns);
    }

    /** To be called when the first step has been decided; again does no harm. */
    void markDecided() {
        onDecided.accept(key);
    }

    boolean isInTime() {
        return System.nanoTime() - deadline < 0;
    }
}
