package io.github.redispatterns.testkit;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** The cluster as one node sees it. */
final class ClusterView {

    private static final Set<NodeFlag> TROUBLE =
            Set.of(NodeFlag.FAIL, NodeFlag.EVENTUAL_FAIL, NodeFlag.HANDSHAKE, NodeFlag.NOADDR);

    private final String text;
    private final Partitions partitions;

    private ClusterView(String text) {
        this.text = text;
        this.partitions = ClusterPartitionParser.parse(text);
    }

    static ClusterView seenBy(RedisNode node) {
        return new ClusterView(node.call(commands -> commands.clusterNodes()));
    }

    /** On the state that the node itself reports, and on its link if it is a replica; none if it works. */
    static List<String> complaintsOf(RedisNode node) {
        return node.call(commands -> {
            List<String> complaints = new ArrayList<>();
            if (!commands.clusterInfo().contains("cluster_state:ok")) {
                complaints.add("has a cluster_state other than ok");
            }
            Map<String, String> replication = SentinelView.info(commands.info("replication"));
            if (!"up".equals(replication.getOrDefault("master_link_status", "up"))) {
                complaints.add("has no link to its master");
            }
            return complaints;
        });
    }

    /** So many nodes, all of them connected and none in doubt. */
    boolean isComplete(int nodes) {
        return partitions.size() == nodes
                && partitions.stream().allMatch(RedisClusterNode::isConnected)
                && partitions.stream().flatMap(node -> node.getFlags().stream()).noneMatch(TROUBLE::contains);
    }

    /** Whatever keeps the cluster from being whole in this view; none if it has so many nodes, and settled slots. */
    List<String> obstacles(int nodes) {
        List<String> obstacles = new ArrayList<>();
        if (!isComplete(nodes)) {
            obstacles.add("misses or doubts one of " + nodes + " nodes");
        }
        if (text.contains("[")) {
            obstacles.add("has a slot on its way");
        }
        int owned = partitions.stream().mapToInt(node -> node.getSlots().size()).sum();
        if (owned != SlotHash.SLOT_COUNT) {
            obstacles.add("knows owners of only " + owned + " slots");
        }
        return obstacles;
    }

    /** On its way from or to the node that was asked, as that node has it. */
    boolean isOpen(int slot) {
        return text.contains("[" + slot + "-");
    }

    String text() {
        return text;
    }

    Map<String, List<Integer>> owners() {
        Map<String, List<Integer>> owners = new TreeMap<>();
        partitions.stream()
                .filter(node -> !node.hasNoSlots())
                .forEach(node -> owners.put(node.getNodeId(), node.getSlots()));
        return owners;
    }

    /** Masters first. A node that has met no other may not know its own address: it is where it was asked. */
    List<RedisURI> addresses(RedisNode asked) {
        return partitions.stream()
                .sorted(Comparator.comparing(RedisClusterNode::hasNoSlots))
                .map(node -> node.getUri() == null && node.is(NodeFlag.MYSELF) ? asked.redisUri() : node.getUri())
                .filter(Objects::nonNull)
                .toList();
    }

    boolean ownsSlots(String id) {
        return partitions.stream().anyMatch(node -> node.getNodeId().equals(id) && !node.hasNoSlots());
    }

    boolean isMaster(String id) {
        return partitions.stream()
                .anyMatch(node -> node.getNodeId().equals(id) && node.getRole().isUpstream());
    }

    boolean replicatesOf(String id, String masterId) {
        return partitions.stream().anyMatch(node -> node.getNodeId().equals(id) && masterId.equals(node.getSlaveOf()));
    }

    String ownerOf(int slot) {
        return partitions.stream()
                .filter(node -> node.hasSlot(slot))
                .findFirst()
                .map(RedisClusterNode::getNodeId)
                .orElse("nobody");
    }
}
