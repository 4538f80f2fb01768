package io.github.redispatterns.lab.cacheaside;

/** One of the services that read together, wherever it runs. */
interface Member extends AutoCloseable {

    /** Puts readers at the line. */
    void lineUp(Answer answer, int readers) throws Exception;

    /** Lets them begin, and waits for the last of them. */
    Reading go() throws Exception;

    @Override
    void close();
}
