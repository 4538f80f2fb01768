package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.PatternsException;
import java.time.Duration;

/** Another caller was loading the key and did not finish within {@link CacheAsideOptions#maxWait()}. */
public final class LoadTimeoutException extends PatternsException {

    private static final long serialVersionUID = 1L;

    LoadTimeoutException(Duration maxWait) {
        super("Another caller's load did not finish within " + maxWait.toMillis() + " ms");
    }
}
