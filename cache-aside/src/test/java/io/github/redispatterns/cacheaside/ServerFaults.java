package io.github.redispatterns.cacheaside;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import org.awaitility.Awaitility;

/** Faults that need no more than commands. */
final class ServerFaults {

    private ServerFaults() {}

    /** {@code CLIENT PAUSE … WRITE} on every master; scripts that write wait too. */
    static void pauseWrites(RedisDeployment deployment) {
        client(deployment, "PAUSE", "10000", "WRITE");
    }

    static void unpauseWrites(RedisDeployment deployment) {
        client(deployment, "UNPAUSE");
    }

    /** Has a replica take over from the very master that holds the key. */
    static void promoteAnother(RedisDeployment deployment, String key) {
        RedisNode old = deployment.masterOf(key);
        deployment.failover(); // of a Cluster's first master
        if (deployment.masterOf(key).equals(old)) {
            // Without a vote, which masters do not give twice within seconds.
            replicaOf(deployment, old).call(c -> c.clusterFailover(true, true));
            Awaitility.await().until(() -> !deployment.masterOf(key).equals(old));
        }
    }

    private static RedisNode replicaOf(RedisDeployment deployment, RedisNode master) {
        return deployment.nodes().stream()
                .filter(node -> {
                    List<Object> role = node.call(c -> c.role());
                    return role.get(0).equals("slave") && role.get(2).equals((long) master.port());
                })
                .findFirst()
                .orElseThrow();
    }

    private static void client(RedisDeployment deployment, String... words) {
        deployment
                .masters()
                .forEach(node -> node.call(c -> {
                    CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
                    List.of(words).forEach(args::add);
                    return c.dispatch(CommandType.CLIENT, new StatusOutput<>(StringCodec.UTF8), args);
                }));
    }
}
