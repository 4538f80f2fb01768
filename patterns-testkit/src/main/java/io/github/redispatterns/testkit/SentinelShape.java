package io.github.redispatterns.testkit;

import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One master, its replicas, and the sentinels that watch them. */
record SentinelShape(List<RedisNode> nodes, List<RedisNode> sentinels, String masterName, String uri) implements Shape {

    private static final int DATA = 3;
    private static final int SENTINELS = 3;
    static final int PORTS = DATA + SENTINELS;

    private static final String MASTER_NAME = "main";

    /**
     * Sentinel's own timers are made for wide networks: with them a new topology would take ten seconds to be known.
     */
    private static final List<String> FAST_TIMERS = List.of(
            "info-period 300",
            "publish-period 250",
            "ask-period 250",
            "ping-period 250",
            "election-timeout 2000",
            "tilt-period 1000",
            "min-link-reconnect-period 250");

    static SentinelShape start(Servers servers) {
        List<RedisNode> data = IntStream.range(0, DATA)
                .mapToObj(index -> servers.data(index, List.of()))
                .toList();
        int masterPort = servers.port(0);
        data.stream()
                .skip(1)
                .forEach(replica -> replica.call(commands -> {
                    commands.replicaof("127.0.0.1", masterPort);
                    return commands.configRewrite();
                }));
        Waiting.until("the master has its replicas", () -> SentinelView.hasReplicas(data.get(0), DATA - 1));
        List<String> config = List.of(
                "sentinel monitor " + MASTER_NAME + " 127.0.0.1 " + masterPort + " " + (SENTINELS / 2 + 1),
                "sentinel down-after-milliseconds " + MASTER_NAME + " 1500",
                "sentinel failover-timeout " + MASTER_NAME + " 3000",
                "sentinel parallel-syncs " + MASTER_NAME + " " + DATA,
                "sentinel announce-ip 127.0.0.1");
        List<RedisNode> sentinels = IntStream.range(DATA, PORTS)
                .mapToObj(index -> servers.sentinel(index, config))
                .toList();
        return new SentinelShape(data, sentinels, MASTER_NAME, uri(sentinels));
    }

    private static String uri(List<RedisNode> sentinels) {
        return sentinels.stream()
                .map(RedisNode::toString)
                .collect(Collectors.joining(",", "redis-sentinel://", "#" + MASTER_NAME));
    }

    @Override
    public Topology topology() {
        return Topology.SENTINEL;
    }

    @Override
    public List<String> uris() {
        return List.of(uri);
    }

    @Override
    public List<RedisNode> masters() {
        return List.of(Waiting.firstAnswer(sentinels, this::masterSeenBy));
    }

    @Override
    public RedisNode masterOf(String key) {
        return masters().get(0);
    }

    @Override
    public void failover() {
        RedisNode old = masterOf("");
        // Refused for a while when the sentinels have not yet seen the replicas, or are still busy with the last
        // failover.
        Waiting.until(
                "a sentinel agrees to replace " + old,
                () -> Waiting.firstAnswer(
                                sentinels,
                                sentinel -> sentinel.call(commands ->
                                        Admin.status(commands, CommandType.SENTINEL, "FAILOVER", masterName)))
                        .equals("OK"));
        Waiting.until("all sentinels name a master other than " + old, () -> {
            List<RedisNode> named =
                    running(sentinels).map(this::masterSeenBy).distinct().toList();
            return named.size() == 1 && !named.get(0).equals(old) && SentinelView.isMaster(named.get(0));
        });
    }

    @Override
    public void awaitWhole() {
        tune();
        Waiting.until("master, replicas and sentinels all see each other", () -> {
            List<RedisNode> named =
                    sentinels.stream().map(this::masterSeenBy).distinct().toList();
            return named.size() == 1
                    && SentinelView.hasReplicas(named.get(0), nodes.size() - 1)
                    && sentinels.stream().allMatch(sentinel -> SentinelView.seesAll(sentinel, this));
        });
    }

    /** A restarted sentinel has forgotten its timers; one that was not started by us keeps its own. */
    private void tune() {
        for (RedisNode sentinel : sentinels) {
            if (sentinel.isManaged()) {
                List<Object> words = new ArrayList<>(List.of("DEBUG"));
                FAST_TIMERS.forEach(timer -> words.addAll(Arrays.asList(timer.split(" "))));
                sentinel.call(commands -> Admin.status(commands, CommandType.SENTINEL, words.toArray()));
            }
        }
    }

    private RedisNode masterSeenBy(RedisNode sentinel) {
        List<Object> address = sentinel.call(
                commands -> Admin.list(commands, CommandType.SENTINEL, "GET-MASTER-ADDR-BY-NAME", masterName));
        String port = String.valueOf(address.get(1));
        return nodes.stream()
                .filter(node -> Integer.toString(node.port()).equals(port))
                .findFirst()
                .orElseThrow(() ->
                        new TestkitException(sentinel + " names a master that is not of this deployment: " + address));
    }

    private static Stream<RedisNode> running(List<RedisNode> nodes) {
        return nodes.stream().filter(RedisNode::isRunning);
    }
}
