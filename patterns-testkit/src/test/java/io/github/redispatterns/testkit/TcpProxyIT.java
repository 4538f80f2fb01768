package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest(topologies = Topology.STANDALONE)
@ImmortalKeys("*:counter")
class TcpProxyIT {

    @Parameter
    RedisDeployment redis;

    private TcpProxy proxy;
    private RedisClient client;
    private StatefulRedisConnection<String, String> connection;
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
        connection = client.connect();
        commands = connection.async();
        counter = keys.key("counter");
    }

    @AfterEach
    void close() {
        client.shutdown();
        proxy.close();
    }

    @Test
    void aCutReplyBelongsToAnExecutedCommand() {
        proxy.cutReplyOf("incr");

        RedisFuture<Long> reply = commands.incr(counter);

        Awaitility.await().until(() -> reply.toCompletableFuture().isCompletedExceptionally());
        assertThat(proxy.cuts()).isEqualTo(1);
        assertThat(onTheServer()).isEqualTo("1");
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void repliesBeforeTheCutOnePass() {
        proxy.cutReplyOf("INCRBY");
        connection.setAutoFlushCommands(false);
        RedisFuture<Long> first = commands.incr(counter);
        RedisFuture<Long> cut = commands.incrby(counter, 10);
        RedisFuture<Long> after = commands.incr(counter);
        connection.flushCommands();

        assertThat(first.toCompletableFuture().join()).isEqualTo(1);
        Awaitility.await().until(() -> cut.toCompletableFuture().isCompletedExceptionally());
        Awaitility.await().until(() -> after.toCompletableFuture().isCompletedExceptionally());
        assertThat(onTheServer()).isEqualTo("12");
    }

    @Test
    void theNthReplyIsCutOnceAndHousekeepingDoesNotCount() {
        proxy.cutNthReply(2);
        commands.ping().toCompletableFuture().join();
        assertThat(commands.incr(counter).toCompletableFuture().join()).isEqualTo(1);

        RedisFuture<Long> second = commands.incr(counter);

        Awaitility.await().until(() -> second.toCompletableFuture().isCompletedExceptionally());
        assertThat(client.connect().sync().incr(counter)).isEqualTo(3);
        assertThat(proxy.cuts()).isEqualTo(1);
    }

    @Test
    void delaysAddUpOverBothDirectionsAndEndWithRestore() {
        proxy.delay(Duration.ofMillis(60));
        long begin = System.nanoTime();
        commands.ping().toCompletableFuture().join();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(120));

        proxy.restore();

        commands.ping().toCompletableFuture().orTimeout(1, TimeUnit.SECONDS).join();
    }

    @Test
    void aHalfOpenLinkSwallowsSilentlyAndIsCutByRestore() {
        proxy.halfOpen();
        RedisFuture<Long> reply = commands.incr(counter);
        Awaitility.await()
                .during(Duration.ofMillis(200))
                .until(() -> !reply.toCompletableFuture().isDone());
        assertThat(connection.isOpen()).isTrue();

        proxy.restore();

        Awaitility.await().until(() -> !connection.isOpen());
        assertThat(onTheServer()).isNull();
        assertThat(client.connect().sync().incr(counter)).isEqualTo(1);
    }

    @Test
    void refusingCutsOldConnectionsAndNewOnes() {
        proxy.refuse();

        Awaitility.await().until(() -> !connection.isOpen());
        assertThatThrownBy(() -> client.connect()).isInstanceOf(RedisException.class);

        proxy.restore();

        assertThat(client.connect().sync().ping()).isEqualTo("PONG");
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> proxy.cutNthReply(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("nth: must be at least 1, is 0");
        assertThatThrownBy(() -> proxy.cutReplyOf(" ")).hasMessage("command: must not be blank");
        assertThatThrownBy(() -> proxy.delay(Duration.ofMillis(-1)))
                .hasMessage("time: must not be negative, is PT-0.001S");
        assertThatThrownBy(() -> proxy.delayReplies(null)).hasMessage("time: must not be null");
        assertThatThrownBy(() -> TcpProxy.to("localhost", 65_536))
                .hasMessage("port: must be from 1 to 65535, is 65536");
    }

    private String onTheServer() {
        return redis.nodes().get(0).call(direct -> direct.get(counter));
    }
}
