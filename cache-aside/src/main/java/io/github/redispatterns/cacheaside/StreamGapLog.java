package io.github.redispatterns.cacheaside;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** Says that a cache is being emptied because events were missed. A record, so that options are equal. */
record StreamGapLog() implements Consumer<StreamGap> {

    private static final Logger LOG = System.getLogger(StreamInvalidation.class.getName());

    @Override
    public void accept(StreamGap gap) {
        switch (gap) {
            case NO_POSITION ->
                LOG.log(Level.INFO, "There is no position in the stream of invalidations; the cache is emptied");
            case ENTRIES_GONE ->
                LOG.log(
                        Level.WARNING,
                        "Entries of the stream of invalidations were gone before they could be read; the cache is emptied");
        }
    }
}
