package io.github.redispatterns.testkit;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Finds free ports below the range that systems use for outgoing connections.
 *
 * <p>A port of that range could be taken while its server is down: a client that keeps reconnecting to it over loopback
 * sooner or later gets the same number for its own end, and so connects to itself.
 */
final class FreePorts {

    private static final int LOWEST = 11_000;
    private static final int HIGHEST = 32_000;

    private FreePorts() {}

    /** Free at the time of the call; the caller must cope with a port that is taken before it is used. */
    static List<Integer> find(int count) {
        return Stream.generate(() -> ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST))
                .filter(FreePorts::isFree)
                .distinct()
                .limit(count)
                .toList();
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port)) {
            return probe.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
