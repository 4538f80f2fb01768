package io.github.redispatterns.testkit;

/** One running {@code redis-server}. */
interface ServerProcess {

    /**
     * Sends a signal, and after {@link Signal#KILL} returns only when the process is gone; nothing happens if it is
     * gone already.
     */
    void signal(Signal signal);

    /** A stopped (paused) process is alive too. */
    boolean isAlive();
}
