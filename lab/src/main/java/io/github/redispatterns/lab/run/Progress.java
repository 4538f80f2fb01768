package io.github.redispatterns.lab.run;

/** Hears what a run is about. */
@FunctionalInterface
public interface Progress {

    /**
     * Something has begun.
     *
     * @param what a few words
     */
    void at(String what);
}
