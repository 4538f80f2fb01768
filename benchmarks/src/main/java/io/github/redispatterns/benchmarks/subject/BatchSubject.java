package io.github.redispatterns.benchmarks.subject;

/** A subject whose caller flushes by hand, for batches. */
public interface BatchSubject extends Subject {

    /** Holds back from now on what {@link #callAsync} sends, until {@link #flush}. */
    void holdBack();

    /** Sends what was held back. */
    void flush();
}
