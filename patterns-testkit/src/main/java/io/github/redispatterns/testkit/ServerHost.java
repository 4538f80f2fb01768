package io.github.redispatterns.testkit;

import java.util.List;

/**
 * A place that runs the server processes of one deployment: this machine or one container. Topologies and faults are
 * written once, on top of it.
 */
interface ServerHost extends AutoCloseable {

    /** For announcements: {@code embedded binary}, {@code container redis:8.2}. */
    String description();

    /**
     * Clients reach every port here; among the servers themselves 127.0.0.1 and the same port numbers are valid too.
     */
    String address();

    /** As many as were asked for at opening, free at that time; a cluster takes two per node (clients, bus). */
    List<Integer> ports();

    /**
     * Starts a server and returns when it answers PING.
     *
     * <p>The host itself writes {@code port}, {@code bind}, {@code dir}, {@code daemonize no} and
     * {@code protected-mode no}; {@code config} holds the other directives, one per line. They go to a file that the
     * server can rewrite, in a data directory of that port. A second start on the same port is a restart: the directory
     * and the file, as the server rewrote it, are used again and {@code config} is ignored.
     *
     * @throws TestkitException if it does not come up; with the last lines of its log
     */
    ServerProcess start(int port, ServerMode mode, List<String> config);

    /** Ends every process and removes every file; never throws for a process that is gone already. */
    @Override
    void close();
}
