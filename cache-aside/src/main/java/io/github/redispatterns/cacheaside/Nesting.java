package io.github.redispatterns.cacheaside;

import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows of each thread which loads and writes of one cache it is inside of: a load may read other keys of the cache. So
 * what would wait for itself fails at once, and a load that has its turn to go past the cache need not wait for another.
 */
final class Nesting {

    @SuppressWarnings("ThreadLocalUsage") // one for each cache, and there are few
    private final ThreadLocal<@Nullable Level> current = new ThreadLocal<>();

    /** What the calling thread is inside of; null if of nothing. */
    @Nullable Level here() {
        return current.get();
    }

    /** Runs tasks where they are said to run, inside of a level. */
    Executor inside(Level level, Executor where) {
        return task -> where.execute(() -> inside(level, () -> {
            task.run();
            return true;
        }));
    }

    /** For what begins in the calling thread, and perhaps ends elsewhere. */
    <T> T inside(Level level, Supplier<T> work) {
        Level outer = current.get();
        current.set(level);
        try {
            return work.get();
        } finally {
            if (outer == null) {
                current.remove();
            } else {
                current.set(outer);
            }
        }
    }

    /**
     * One load or write.
     *
     * @param keys what it loads or writes
     * @param past whether it goes past the cache, and has its turn to
     * @param outer what it was called inside of
     */
    record Level(Set<String> keys, boolean past, @Nullable Level outer) {

        static boolean concerns(@Nullable Level innermost, String key) {
            for (Level level = innermost; level != null; level = level.outer) {
                if (level.keys.contains(key)) {
                    return true;
                }
            }
            return false;
        }

        static boolean isPast(@Nullable Level innermost) {
            for (Level level = innermost; level != null; level = level.outer) {
                if (level.past) {
                    return true;
                }
            }
            return false;
        }

        static IllegalStateException ownKey() {
            return new IllegalStateException(
                    "A loader or writer must not read a key that it loads or writes: it would wait for itself");
        }
    }
}
