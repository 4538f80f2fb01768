package io.github.redispatterns.benchmarks.run;

/** Hears what is going on. */
@FunctionalInterface
public interface Progress {

    /**
     * Something has begun.
     *
     * @param what in a few words
     */
    void at(String what);
}
