package io.github.redispatterns.testkit;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the tests that really ran; JUnit closes it when all are done. */
final class Tally implements AutoCloseable {

    private final Map<Topology, AtomicInteger> counts = new ConcurrentSkipListMap<>();
    private final Map<Topology, String> servers = new ConcurrentSkipListMap<>();

    void count(RedisDeployment redis) {
        counts.computeIfAbsent(redis.topology(), topology -> new AtomicInteger())
                .incrementAndGet();
        servers.put(redis.topology(), redis.provider() + ", " + redis.version());
    }

    @Override
    public void close() {
        counts.forEach(
                (topology, count) -> Announcer.say(topology + ": " + count + " tests on " + servers.get(topology)));
    }
}
