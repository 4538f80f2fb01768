package io.github.redispatterns.testkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Masters that are out of memory, until this is closed.
 *
 * <p><b>Guarantees</b>: commands that may use more memory are refused with OOM; reads and deletes go on.
 *
 * <p><b>Does not guarantee</b>: OOM on a master that was promoted after the limit was set.
 *
 * <p><b>Cost</b>: two CONFIG commands per master.
 *
 * <p><b>Thread safety</b>: safe.
 */
public final class MemoryLimit implements AutoCloseable {

    private static final String POLICY = "maxmemory-policy";
    private static final String LIMIT = "maxmemory";

    private final Map<RedisNode, Map<String, String>> before;

    private MemoryLimit(Map<RedisNode, Map<String, String>> before) {
        this.before = before;
    }

    static MemoryLimit on(List<RedisNode> masters) {
        Map<RedisNode, Map<String, String>> before = new LinkedHashMap<>();
        for (RedisNode master : masters) {
            before.put(master, master.call(commands -> {
                Map<String, String> former = commands.configGet(LIMIT, POLICY);
                long used = Long.parseLong(
                        SentinelView.info(commands.info("memory")).getOrDefault("used_memory", "2"));
                // Half of it: connections that come and go must not make room for a write.
                commands.configSet(Map.of(POLICY, "noeviction", LIMIT, Long.toString(used / 2)));
                return former;
            }));
        }
        return new MemoryLimit(before);
    }

    /** Restores the former limits; a second call does nothing. */
    @Override
    public synchronized void close() {
        before.forEach((master, former) -> master.call(commands -> commands.configSet(former)));
        before.clear();
    }
}
