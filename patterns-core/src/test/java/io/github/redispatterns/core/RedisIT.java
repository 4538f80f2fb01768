package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest
class RedisIT {

    @Parameter
    RedisDeployment deployment;

    private Redis redis;

    @BeforeEach
    void open() {
        redis = Handles.open(deployment);
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void knowsItsTopologyAndTellsNoPassword() {
        assertThat(redis.topology().name()).isEqualTo(deployment.topology().name());
        assertThat(redis.toString()).startsWith("Redis[" + redis.topology() + " redis");
    }

    @Test
    void mastersAreToldApartOnAClusterAlone(TestKeys keys) {
        Masters masters = redis.masters();
        if (redis.topology() != Topology.CLUSTER) {
            assertThat(masters).isNull();
            return;
        }
        assertThat(masters.all()).hasSameSizeAs(deployment.masters());
        for (String id : List.of("a", "b", "c", "d")) {
            String key = keys.key(id);
            String owner = deployment.masterOf(key).call(c -> c.clusterMyId());
            assertThat(masters.of(key)).isEqualTo(owner);
            assertThat(masters.all()).contains(owner);
        }
    }

    @Test
    void oneConnectionSpeaksEveryCodec(TestKeys keys) {
        String key = keys.key("value");
        Handles.set(redis, key, "grüße");
        byte[] bytes = redis.execute(ByteArrayCodec.INSTANCE, c -> c.get(key.getBytes(StandardCharsets.UTF_8)));
        assertThat(bytes).isEqualTo("grüße".getBytes(StandardCharsets.UTF_8));
        long length = redis.execute(StringCodec.ASCII, c -> c.strlen(key));
        assertThat(length).isEqualTo(7);
        CompletionStage<String> async = redis.executeAsync(c -> c.get(key));
        assertThat(Sync.await(async)).isEqualTo("grüße");
        assertThat(Sync.await(redis.commands().get(key))).isEqualTo("grüße");
    }

    @Test
    void anErrorReplyArrivesAsLettuceThrowsIt(TestKeys keys) {
        String key = keys.key("list");
        redis.execute(c -> c.lpush(key, "x"));
        redis.execute(c -> c.pexpire(key, Handles.TTL.toMillis()));
        assertThatThrownBy(() -> redis.execute(c -> c.incr(key)))
                .isExactlyInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("WRONGTYPE");
    }

    @Test
    void aBorrowedClientIsLeftOpen(TestKeys keys) {
        RedisClient client = RedisClient.create();
        try (RedisClusterClient clusterClient = Handles.clusterClient(deployment)) {
            try (Redis borrowed = Handles.borrowing(deployment, client, clusterClient)) {
                Handles.set(borrowed, keys.key("b"), "1");
            }
            try (Redis again = Handles.borrowing(deployment, client, clusterClient)) {
                assertThat(Handles.get(again, keys.key("b"))).isEqualTo("1");
            }
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void aBlockingReadOutlastsTheTimeoutAndHoldsUpNobody(TestKeys keys) {
        String list = keys.key("list");
        try (DedicatedConnection<String, String> dedicated = redis.openDedicated(StringCodec.UTF8)) {
            CompletionStage<?> popped = dedicated.commands().blpop(20, list);
            long until = System.nanoTime() + Duration.ofMillis(1300).toNanos(); // over the command timeout of 1 s
            while (System.nanoTime() < until) {
                long there = redis.execute(c -> c.exists(list));
                assertThat(there).isZero();
            }
            assertThat(popped.toCompletableFuture()).isNotDone();
            redis.execute(c -> c.rpush(list, "job"));
            Awaitility.await().until(() -> popped.toCompletableFuture().isDone());
            assertThat(popped.toCompletableFuture()).isCompleted();
        }
    }

    @Test
    void closingTheHandleClosesWhatItOpened() {
        Redis other = Handles.open(deployment);
        DedicatedConnection<String, String> dedicated = other.openDedicated(StringCodec.UTF8);
        other.pubSub().subscribe("closing", new RecordingListener());
        other.close();
        other.close();
        assertThatThrownBy(() -> Sync.await(dedicated.commands().ping())).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> other.execute(c -> c.ping()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The Redis handle is closed");
        assertThatThrownBy(() -> other.openDedicated(StringCodec.UTF8)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.pubSub().subscribe("closing", new RecordingListener()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingOnAnIoThreadDoesNotWaitForItself() {
        Redis other = Handles.open(deployment);
        CompletionStage<String> closed = other.executeAsync(c -> c.ping()).thenApply(pong -> {
            other.close();
            return pong;
        });
        assertThat(Sync.<String>await(closed)).isEqualTo("PONG");
        assertThatThrownBy(() -> other.execute(c -> c.ping())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theExamplesInTheReadmeRun() {
        if (deployment.topology() != io.github.redispatterns.testkit.Topology.CLUSTER) {
            assertThat(CoreExamples.handle(deployment.uri())).isEqualTo("3 items");
        }
        String key = KeySpace.of("examples").key("claim");
        assertThat(CoreExamples.claim(redis, key, "mine")).isTrue();
        assertThat(CoreExamples.claim(redis, key, "theirs")).isFalse();
        assertThat(CoreExamples.claim(redis, key, "mine")).isTrue();
        redis.execute(c -> c.del(key));
    }

    @Test
    void badInputIsRefused() {
        assertThatThrownBy(() -> redis.execute(null)).hasMessage("command: must not be null");
        assertThatThrownBy(() -> redis.execute(ByteArrayCodec.INSTANCE, null)).hasMessage("command: must not be null");
        assertThatThrownBy(() -> redis.commands(null)).hasMessage("codec: must not be null");
        assertThatThrownBy(() -> redis.openDedicated(null)).hasMessage("codec: must not be null");
        assertThatThrownBy(() -> Redis.of((RedisClusterClient) null)).hasMessage("client: must not be null");
        assertThatThrownBy(() -> Redis.of((RedisClient) null, null)).hasMessage("client: must not be null");
        assertThatThrownBy(() -> Redis.connect("redis://localhost", null)).hasMessage("options: must not be null");
        assertThatThrownBy(() -> redis.pubSub().subscribe("", new RecordingListener()))
                .hasMessage("channel: must not be empty");
        assertThatThrownBy(() -> redis.pubSub().subscribe("c", null)).hasMessage("listener: must not be null");
    }
}
