package io.github.redispatterns.core;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** As a connection sees them, which gets each new view of the Cluster that its client gets. */
record ClusterMasters(StatefulRedisClusterConnection<?, ?> connection) implements Masters {

    @Override
    public @Nullable String of(String key) {
        RedisClusterNode master = connection.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
        return master == null ? null : master.getNodeId();
    }

    @Override
    public Set<String> all() {
        return connection.getPartitions().stream() // one that was replaced stays a master, of nothing, while it is gone
                .filter(node -> node.is(NodeFlag.UPSTREAM) && !node.getSlots().isEmpty())
                .map(RedisClusterNode::getNodeId)
                .collect(Collectors.toUnmodifiableSet());
    }
}
