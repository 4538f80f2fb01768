package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a loader may say of the answer that it is about to return, besides the answer itself. One that says nothing gets
 * what {@link CacheAsideOptions} say.
 *
 * <p><b>Thread safety</b>: none; for the loader that it was given to, until that returns or its stage completes.
 */
public final class LoadContext {

    private @Nullable Duration ttl;
    private boolean stored = true;

    LoadContext() {}

    /**
     * Sets the longest time that this answer lives in the cache, be it a value or, for null, the note that there is none.
     * Jitter applies.
     *
     * @param time the time to live, from 1 ms to 10 years
     * @return this context
     */
    public LoadContext ttl(Duration time) {
        this.ttl = Check.duration("time", time);
        return this;
    }

    /**
     * Keeps this answer out of the cache: the callers that wait for it in this process get it, all others load anew.
     *
     * @return this context
     */
    public LoadContext doNotStore() {
        this.stored = false;
        return this;
    }

    @Nullable Duration ttl() {
        return ttl;
    }

    boolean stored() {
        return stored;
    }
}
