package io.github.redispatterns.benchmarks.subject;

/** Makes a subject, in the worker JVM. */
public interface SubjectFactory {

    /**
     * Opens it, ready for calls.
     *
     * @param place where it works
     * @return the subject
     * @throws Exception if it could not be opened, which ends the run
     */
    Subject open(Place place) throws Exception;
}
