package io.github.redispatterns.testkit;

import io.lettuce.core.protocol.CommandType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what sentinels and replicated servers say about each other. */
final class SentinelView {

    private SentinelView() {}

    static boolean isMaster(RedisNode node) {
        return "master".equals(replication(node).get("role"));
    }

    /** Online on the master's side: each has done its first synchronisation. */
    static boolean hasReplicas(RedisNode master, int count) {
        Map<String, String> info = replication(master);
        return "master".equals(info.get("role"))
                && info.entrySet().stream()
                                .filter(line -> line.getKey().startsWith("slave"))
                                .filter(line -> line.getValue().contains("state=online"))
                                .count()
                        == count;
    }

    static boolean seesAll(RedisNode sentinel, SentinelShape shape) {
        int replicas = shape.nodes().size() - 1;
        int others = shape.sentinels().size() - 1;
        return healthy(sentinel, shape, "REPLICAS", "slave") == replicas
                && healthy(sentinel, shape, "SENTINELS", "sentinel") == others;
    }

    private static long healthy(RedisNode sentinel, SentinelShape shape, String question, String flags) {
        List<Object> entries =
                sentinel.call(commands -> Admin.list(commands, CommandType.SENTINEL, question, shape.masterName()));
        return entries.stream()
                .map(SentinelView::fields)
                .filter(fields -> flags.equals(fields.get("flags")))
                .filter(fields -> !"err".equals(fields.get("master-link-status")))
                .count();
    }

    /** A flat list of names and values. */
    static Map<String, String> fields(Object entry) {
        Map<String, String> fields = new HashMap<>();
        if (entry instanceof List<?> flat) {
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                fields.put(String.valueOf(flat.get(i)), String.valueOf(flat.get(i + 1)));
            }
        }
        return fields;
    }

    static Map<String, String> replication(RedisNode node) {
        return info(node.call(commands -> commands.info("replication")));
    }

    static Map<String, String> info(String section) {
        Map<String, String> fields = new HashMap<>();
        section.lines()
                .map(line -> line.split(":", 2))
                .filter(pair -> pair.length == 2)
                .forEach(pair -> fields.put(pair[0], pair[1].strip()));
        return fields;
    }
}
