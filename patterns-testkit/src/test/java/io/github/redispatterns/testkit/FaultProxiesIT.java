package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** The same faults, whatever finds the nodes: a URI, sentinels, or a cluster's own view. */
@RedisTest
@ImmortalKeys("*:counter")
class FaultProxiesIT {

    private static final ClusterClientOptions OPTIONS = ClusterClientOptions.builder()
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .build();

    @Parameter
    RedisDeployment redis;

    private FaultProxies proxies;
    private AutoCloseable client;
    private RedisClusterAsyncCommands<String, String> commands;
    private String counter;

    @BeforeEach
    void connectThroughTheProxies(TestKeys keys) {
        counter = keys.key("counter");
        proxies = FaultProxies.of(redis);
        if (redis.topology() == Topology.CLUSTER) {
            RedisClusterClient cluster = RedisClusterClient.create(proxies.clientResources(), redis.uri());
            cluster.setOptions(OPTIONS);
            commands = cluster.connect().async();
            client = cluster;
        } else {
            RedisClient single = RedisClient.create(proxies.clientResources(), redis.uri());
            single.setOptions(OPTIONS);
            commands = single.connect().async();
            client = single;
        }
        // A cluster client connects to a node when it first needs it, and with REJECT_COMMANDS refuses commands until
        // then.
        Awaitility.await().ignoreExceptions().until(() -> {
            commands.get(counter).toCompletableFuture().join();
            return true;
        });
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        proxies.close();
    }

    @Test
    void oneReplyInAllIsCut() {
        proxies.cutReplyOf("INCR");

        assertThatThrownBy(this::increment)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RedisException.class);

        assertThat(proxies.cuts()).isEqualTo(1);
        String stored = redis.masterOf(counter).call(direct -> direct.get(counter));
        assertThat(stored).isEqualTo("1");
    }

    @Test
    void aProxyHitsItsOwnNodeOnly() {
        RedisNode owner = redis.masterOf(counter);
        redis.nodes().stream()
                .filter(node -> !node.equals(owner))
                .forEach(node -> proxies.proxy(node).cutNthReply(1));

        assertThat(increment()).isEqualTo(1);

        assertThat(proxies.proxy(owner).cuts()).isZero();
        assertThat(proxies.all()).hasSameSizeAs(redis.nodes());
    }

    @Test
    void halfOpenLinksTimeOutAndRestoreRevivesThem() {
        proxies.halfOpen();
        assertThatThrownBy(this::increment).hasCauseInstanceOf(TimeoutException.class);

        proxies.restore();

        Awaitility.await().ignoreExceptions().atMost(Duration.ofSeconds(10)).until(() -> increment() >= 1);
    }

    private Long increment() {
        return commands.incr(counter)
                .toCompletableFuture()
                .orTimeout(500, TimeUnit.MILLISECONDS)
                .join();
    }
}
