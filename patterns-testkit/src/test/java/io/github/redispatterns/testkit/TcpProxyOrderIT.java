package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Replies that a delay holds back neither get lost in a cut that comes later nor change places. */
@RedisTest(topologies = Topology.STANDALONE)
@ImmortalKeys("*:counter")
class TcpProxyOrderIT {

    private static final Duration DELAY = Duration.ofMillis(200);

    @Parameter
    RedisDeployment redis;

    private TcpProxy proxy;
    private RedisClient client;
    private RedisAsyncCommands<String, String> commands;
    private String counter;

    @BeforeEach
    void connectThroughTheProxy(TestKeys keys) {
        RedisNode node = redis.nodes().get(0);
        proxy = TcpProxy.to(node.host(), node.port());
        client = RedisClient.create(RedisURI.create(proxy.host(), proxy.port()));
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .build());
        commands = client.connect().async();
        counter = keys.key("counter");
        node.call(direct -> direct.configResetstat());
        proxy.delayReplies(DELAY);
    }

    @AfterEach
    void close() {
        client.shutdown();
        proxy.close();
    }

    @Test
    void delayedRepliesBeforeTheCutOnePass() {
        RedisFuture<String> first = commands.echo("1");
        awaitEchoes(1);
        RedisFuture<String> second = commands.echo("2");
        awaitEchoes(2);
        proxy.cutReplyOf("INCR");

        RedisFuture<Long> cut = commands.incr(counter);

        assertThat(first.toCompletableFuture().join()).isEqualTo("1");
        assertThat(second.toCompletableFuture().join()).isEqualTo("2");
        Awaitility.await().until(() -> cut.toCompletableFuture().isCompletedExceptionally());
        assertThat(proxy.cuts()).isEqualTo(1);
        assertThat(redis.nodes().get(0).<String>call(direct -> direct.get(counter)))
                .isEqualTo("1");
    }

    /** A shorter delay does not let a later reply overtake. */
    @RepeatedTest(10)
    void repliesStayInOrderWhenTheDelayEnds() {
        RedisFuture<String> first = commands.echo("1");
        awaitEchoes(1);
        proxy.restore();

        RedisFuture<String> second = commands.echo("2");

        assertThat(first.toCompletableFuture().join()).isEqualTo("1");
        assertThat(second.toCompletableFuture().join()).isEqualTo("2");
    }

    /** The server has answered, so that the next answer is another read of the proxy's. */
    private void awaitEchoes(int count) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> stats().contains("cmdstat_echo:calls=" + count + ","));
    }

    private String stats() {
        return redis.nodes().get(0).call(direct -> direct.info("commandstats"));
    }
}
