package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a loader may say about its answer: how long to cache it, or not to cache it at all. If it says nothing,
 * {@link CacheAsideOptions} apply.
 *
 * <p><b>Thread safety</b>: none; for the loader that it was given to, until that returns or its stage completes.
 */
public final class LoadContext {

    private @Nullable Duration ttl;
    private boolean stored = true;
    private long began = System.nanoTime();

    LoadContext() {}

    /**
     * Sets the longest time that this answer lives in the cache, be it a value or, for null, the note that there is none.
     * Jitter applies. The soft time to live stays as it is, unless it is longer.
     *
     * @param time the time to live, from 1 ms to 10 years
     * @return this context
     */
    public LoadContext ttl(Duration time) {
        this.ttl = Check.duration("ttl", time);
        return this;
    }

    /**
     * Keeps this answer out of the cache: the callers that wait for it in this process get it, all others load for
     * themselves, one process after the other, since each has the lease of the key while it loads.
     *
     * @return this context
     */
    public LoadContext doNotStore() {
        this.stored = false;
        return this;
    }

    /** The loader is called now; it may have had to wait for a thread. */
    void begins() {
        began = System.nanoTime();
    }

    /** How long the load has taken until now. */
    long tookNanos() {
        return System.nanoTime() - began;
    }

    @Nullable Duration ttl() {
        return ttl;
    }

    boolean stored() {
        return stored;
    }
}
