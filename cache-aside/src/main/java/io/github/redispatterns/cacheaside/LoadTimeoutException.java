package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.PatternsException;
import java.time.Duration;

/**
 * The wait has reached {@link CacheAsideOptions#maxWait()}: for another caller's load, or for a turn among the loads that
 * go past Redis.
 */
public final class LoadTimeoutException extends PatternsException {

    private static final long serialVersionUID = 1L;

    LoadTimeoutException(Duration maxWait) {
        super("There was neither another caller's value nor a turn to load within " + maxWait.toMillis() + " ms");
    }
}
