package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.RedisClient;
import io.lettuce.core.protocol.CommandEncoder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest
class FlushModeIT {

    private static final int COMMANDS = 5_000;

    @Parameter
    RedisDeployment deployment;

    /** Of every channel that was opened with the caller's resources, whether it consolidates. */
    private final Queue<Boolean> opened = new ConcurrentLinkedQueue<>();

    private final ClientResources shared = ClientResources.builder()
            .nettyCustomizer(new NettyCustomizer() {
                @Override
                public void afterChannelInitialized(Channel channel) {
                    // While it is open, since a closed one has no handlers, and after all customizers.
                    channel.eventLoop().execute(() -> opened.add(consolidates(channel)));
                }
            })
            .build();

    @AfterEach
    void release() {
        shared.shutdown().awaitUninterruptibly();
    }

    @Test
    void everyConnectionConsolidates(TestKeys keys) {
        use(RedisOptions.builder().clientResources(shared), keys);
        assertThat(opened).isNotEmpty().doesNotContain(false);
    }

    /** What the README advises for a borrowed client. */
    @Test
    void theExampleForBorrowedClientsConsolidates() {
        ClientResources resources = CoreExamples.consolidating();
        try {
            EmbeddedChannel channel = new EmbeddedChannel(new CommandEncoder());
            resources.nettyCustomizer().afterChannelInitialized(channel);
            assertThat(consolidates(channel)).isTrue();
            channel.finishAndReleaseAll();
        } finally {
            resources.shutdown().awaitUninterruptibly();
        }
    }

    @Test
    void canBeTurnedOff(TestKeys keys) {
        use(RedisOptions.builder().clientResources(shared).flushMode(FlushMode.EACH_COMMAND), keys);
        assertThat(opened).isNotEmpty().doesNotContain(true);
    }

    /** The caller's resources get nothing of ours, and outlive the handle. */
    @Test
    void sharedResourcesStayTheCallers(TestKeys keys) {
        use(RedisOptions.builder().clientResources(shared), keys);
        opened.clear();
        RedisClient own = RedisClient.create(shared, deployment.masters().get(0).uri());
        try {
            assertThat(own.connect().sync().ping()).isEqualTo("PONG");
        } finally {
            own.shutdown();
        }
        assertThat(opened).isNotEmpty().doesNotContain(true);
    }

    @Test
    void ownHandlesOfBothModesWork(TestKeys keys) {
        for (FlushMode mode : FlushMode.values()) {
            use(RedisOptions.builder().flushMode(mode), keys);
        }
    }

    /** Commands of one thread are executed in its order, also while others send on the same connection. */
    @Test
    void orderIsKept(TestKeys keys) throws InterruptedException {
        RedisOptions.Builder patient =
                RedisOptions.builder().commandTimeout(Duration.ofSeconds(30)); // a burst of 40,000
        try (Redis redis = Handles.open(deployment, patient)) {
            List<Thread> threads = new ArrayList<>();
            Queue<CompletionStage<Long>> replies = new ConcurrentLinkedQueue<>();
            for (int t = 0; t < 8; t++) {
                String key = keys.key("order-" + t);
                threads.add(new Thread(() -> {
                    for (int i = 0; i < COMMANDS; i++) {
                        String value = Integer.toString(i);
                        // Through calls and through plain commands in turn: they share the connection's order.
                        replies.add(
                                i % 2 == 0
                                        ? redis.executeAsync(c -> c.rpush(key, value))
                                        : redis.commands().rpush(key, value));
                    }
                    replies.add(
                            redis.executeAsync(c -> c.pexpire(key, Handles.TTL)).thenApply(set -> 1L));
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            replies.forEach(Sync::await);
            List<String> expected =
                    IntStream.range(0, COMMANDS).mapToObj(Integer::toString).toList();
            for (int t = 0; t < 8; t++) {
                String key = keys.key("order-" + t);
                List<String> stored = redis.execute(c -> c.lrange(key, 0, -1));
                assertThat(stored).isEqualTo(expected);
            }
        }
    }

    private void use(RedisOptions.Builder options, TestKeys keys) {
        try (Redis redis = Handles.open(deployment, options)) {
            String key = keys.key("used");
            Handles.set(redis, key, "value");
            assertThat(Handles.get(redis, key)).isEqualTo("value");
        }
    }

    private static boolean consolidates(Channel channel) {
        return channel.pipeline().get(FlushConsolidationHandler.class) != null;
    }
}
