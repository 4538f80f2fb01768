package io.github.redispatterns.cacheaside;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** Says that a removal was lost; not of which key, since keys are not for logs. A record, so that options are equal. */
record LostInvalidationLog() implements Consumer<String> {

    private static final Logger LOG = System.getLogger(CacheAside.class.getName());

    @Override
    public void accept(String key) {
        LOG.log(
                Level.WARNING,
                "An invalidation could not reach Redis and was given up;"
                        + " until the entry's time to live has passed, other processes may read an old value");
    }
}
