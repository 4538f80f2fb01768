package io.github.redispatterns.testkit;

import java.util.EnumMap;
import java.util.Map;

/** One deployment per topology and JVM. */
final class SharedDeployments {

    private static final Map<Topology, RedisDeployment> RUNNING = new EnumMap<>(Topology.class);

    private static boolean hooked;

    private SharedDeployments() {}

    static synchronized RedisDeployment get(Topology topology) {
        if (!hooked) {
            Runtime.getRuntime().addShutdownHook(new Thread(SharedDeployments::close, "redis-testkit-close"));
            hooked = true;
        }
        RedisDeployment running = RUNNING.get(topology);
        if (running == null) {
            running = RedisDeployment.start(topology);
            RUNNING.put(topology, running);
        }
        return running;
    }

    /** One that cannot be healed must not fail all tests to come: the next class gets a new one. */
    static synchronized void discard(RedisDeployment broken) {
        if (RUNNING.remove(broken.topology(), broken)) {
            broken.close();
        }
    }

    private static synchronized void close() {
        RUNNING.values().forEach(RedisDeployment::close);
        RUNNING.clear();
    }
}
