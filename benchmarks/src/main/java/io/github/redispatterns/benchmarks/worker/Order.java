package io.github.redispatterns.benchmarks.worker;

/**
 * Every further line that a worker gets.
 *
 * @param verb what to do
 * @param load for OPEN: the load, as text
 * @param prefix for OPEN: the keys' prefix
 * @param millis for RUN: how long
 */
record Order(Verb verb, String load, String prefix, long millis) {

    /** What a worker can do. */
    enum Verb {
        /** Opens a subject for a load. */
        OPEN,
        /** Leaves in Redis what one user has there. */
        POPULATE,
        /** Drives the subject. */
        RUN,
        /** Closes the subject. */
        CLOSE
    }

    static Order of(Verb verb) {
        return new Order(verb, "", "", 0);
    }
}
