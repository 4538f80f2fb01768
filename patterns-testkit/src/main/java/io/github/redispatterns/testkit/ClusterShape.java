package io.github.redispatterns.testkit;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Masters that share the slots, each with a replica.
 *
 * @param ids node ids, which stay the same over restarts
 */
record ClusterShape(List<RedisNode> nodes, Map<RedisNode, String> ids) implements Shape {

    private static final int MASTERS = 3;
    private static final int NODES = 2 * MASTERS;
    /** Clients, and the bus between the nodes. */
    static final int PORTS = 2 * NODES;

    private static final Duration ORDERLY = Duration.ofSeconds(4);

    static ClusterShape start(Servers servers) {
        List<RedisNode> nodes = IntStream.range(0, NODES)
                .mapToObj(index -> servers.data(
                        index,
                        List.of(
                                "cluster-enabled yes",
                                "cluster-config-file nodes.conf",
                                "cluster-node-timeout 2000",
                                "cluster-allow-replica-migration no",
                                "cluster-announce-ip 127.0.0.1",
                                "cluster-port " + servers.port(NODES + index))))
                .toList();
        ClusterShape shape = of(nodes);
        // All before the first MEET: a node that knows another one takes no epoch.
        for (int i = 0; i < NODES; i++) {
            shape.prepare(i);
        }
        for (int i = 0; i < NODES; i++) {
            shape.introduce(i, servers);
        }
        Waiting.until(
                "all cluster nodes know each other",
                () -> nodes.stream().allMatch(node -> ClusterView.seenBy(node).isComplete(NODES)));
        for (int i = MASTERS; i < NODES; i++) {
            String masterId = shape.id(nodes.get(i - MASTERS));
            nodes.get(i).call(commands -> commands.clusterReplicate(masterId));
        }
        return shape;
    }

    static ClusterShape of(List<RedisNode> nodes) {
        Map<RedisNode, String> ids = nodes.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(), node -> node.call(commands -> commands.clusterMyId())));
        return new ClusterShape(nodes, ids);
    }

    /** Distinct epochs spare a vote about who owns what. */
    private void prepare(int i) {
        nodes.get(i).call(commands -> {
            if (i < MASTERS) {
                int first = SlotHash.SLOT_COUNT * i / MASTERS;
                int last = SlotHash.SLOT_COUNT * (i + 1) / MASTERS - 1;
                Admin.status(commands, CommandType.CLUSTER, "ADDSLOTSRANGE", first, last);
            }
            return commands.clusterSetConfigEpoch(i + 1);
        });
    }

    /** Everyone meets everyone, for gossip alone takes seconds. */
    private void introduce(int i, Servers servers) {
        nodes.get(i).call(commands -> {
            for (int other = i + 1; other < NODES; other++) {
                Admin.status(
                        commands,
                        CommandType.CLUSTER,
                        "MEET",
                        "127.0.0.1",
                        servers.port(other),
                        servers.port(NODES + other));
            }
            return i;
        });
    }

    @Override
    public Topology topology() {
        return Topology.CLUSTER;
    }

    @Override
    public String uri() {
        return nodes.get(0).uri();
    }

    @Override
    public List<String> uris() {
        return nodes.stream().map(RedisNode::uri).toList();
    }

    @Override
    public List<RedisNode> sentinels() {
        return List.of();
    }

    @Override
    public List<RedisNode> masters() {
        ClusterView view = Waiting.firstAnswer(nodes, ClusterView::seenBy);
        return nodes.stream().filter(node -> view.ownsSlots(id(node))).toList();
    }

    @Override
    public RedisNode masterOf(String key) {
        return masterOf(SlotHash.getSlot(key));
    }

    RedisNode masterOf(int slot) {
        return masterOf(slot, node -> true);
    }

    RedisNode masterOf(int slot, Predicate<RedisNode> witness) {
        List<RedisNode> witnesses = nodes.stream().filter(witness).toList();
        String owner = Waiting.firstAnswer(witnesses, ClusterView::seenBy).ownerOf(slot);
        return nodes.stream()
                .filter(node -> id(node).equals(owner))
                .findFirst()
                .orElseThrow(() -> new TestkitException("No node of this cluster owns slot " + slot));
    }

    @Override
    public void failover() {
        RedisNode master = masters().get(0);
        ClusterView view = Waiting.firstAnswer(nodes, ClusterView::seenBy);
        RedisNode replica = nodes.stream()
                .filter(node -> view.replicatesOf(id(node), id(master)) && node.isRunning())
                .findFirst()
                .orElseThrow(() -> new TestkitException(master + " has no running replica that could take over"));
        boolean done = false;
        if (master.isRunning()) {
            replica.call(commands -> commands.clusterFailover(false));
            done = Waiting.holdsWithin(ORDERLY, () -> ownsSlotsForAll(replica, master));
        }
        if (!done) {
            replica.call(commands -> commands.clusterFailover(true, true));
            Waiting.until(
                    "all nodes name " + replica + " in the place of " + master, () -> ownsSlotsForAll(replica, master));
        }
    }

    private boolean ownsSlotsForAll(RedisNode owner, RedisNode notOwner) {
        return nodes.stream()
                .filter(RedisNode::isRunning)
                .map(ClusterView::seenBy)
                .allMatch(view -> view.ownsSlots(id(owner)) && !view.ownsSlots(id(notOwner)));
    }

    /** Every node, replicas included: clients may learn the slots from any of them. */
    void awaitOwner(int slot, RedisNode owner) {
        Waiting.until(
                "all nodes name " + owner + " as the owner of slot " + slot,
                () -> nodes.stream()
                        .filter(RedisNode::isRunning)
                        .allMatch(node -> ClusterView.seenBy(node).ownerOf(slot).equals(id(owner))));
    }

    @Override
    public void awaitWhole() {
        Waiting.untilNothingHinders(
                "cluster_state is ok on all nodes, all agree on the slots, all replicas are linked", () -> {
                    ClusterSurvey survey = ClusterSurvey.of(this);
                    survey.adoptOrphan();
                    return survey.obstacles();
                });
    }

    /** All but this one work and agree on who owns what: a restarted master no longer claims what it has lost. */
    boolean worksWithout(RedisNode exception) {
        List<RedisNode> others =
                nodes.stream().filter(node -> !node.equals(exception)).toList();
        List<ClusterView> views = others.stream().map(ClusterView::seenBy).toList();
        return others.stream().allMatch(node -> ClusterView.complaintsOf(node).isEmpty())
                && views.stream().allMatch(view -> view.isComplete(nodes.size()))
                && views.stream().map(ClusterView::owners).distinct().count() == 1;
    }

    /** Wherever it still is: a master that was killed comes back with the slots that it had open. */
    void closeSlot(int slot) {
        nodes.stream()
                .filter(node -> ClusterView.seenBy(node).isOpen(slot))
                .forEach(node -> node.call(commands -> commands.clusterSetSlotStable(slot)));
    }

    String id(RedisNode node) {
        String id = ids.get(node);
        if (id == null) {
            throw new IllegalArgumentException(node + " is not of this cluster");
        }
        return id;
    }
}
