package io.github.redispatterns.benchmarks.caching;

import io.github.redispatterns.benchmarks.subject.Place;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One process's cache in Redis, with connections of its own. Safe for concurrent use. */
public interface CacheClient extends AutoCloseable {

    /** Opens clients. */
    @FunctionalInterface
    interface Opener {

        /**
         * Opens one.
         *
         * @param place where the entries are; all clients of one place share them
         * @param ttl how long an entry lives
         * @return the client
         */
        CacheClient open(Place place, Duration ttl);
    }

    /**
     * Reads an entry, and loads it if it is missing.
     *
     * @param key which
     * @param source asks the source of truth
     * @return the value; null never, if all is well
     */
    @Nullable Object get(String key, Supplier<byte[]> source);

    /** Ends every connection and thread of the client. */
    @Override
    void close();
}
