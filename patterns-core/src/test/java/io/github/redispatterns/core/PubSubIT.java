package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest
class PubSubIT {

    @Parameter
    RedisDeployment deployment;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RecordingListener listener = new RecordingListener();
    private Redis redis;

    @BeforeEach
    void open() {
        redis = Handles.open(deployment, RedisOptions.builder().meterRegistry(registry));
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void everyListenerHearsItsChannelUntilClosed(TestKeys keys) {
        RecordingListener second = new RecordingListener();
        String channel = keys.key("channel");
        Subscription first = redis.pubSub().subscribe(channel, listener);
        try (first) {
            Subscription other = redis.pubSub().subscribe(channel, second);
            redis.pubSub().subscribe(keys.key("another"), new RecordingListener());
            publish(channel, "one");
            Awaitility.await().untilAsserted(() -> assertThat(listener.messages).containsExactly("one"));
            Awaitility.await().untilAsserted(() -> assertThat(second.messages).containsExactly("one"));
            other.close();
            other.close();
            publish(channel, "two");
            Awaitility.await().untilAsserted(() -> assertThat(listener.messages).containsExactly("one", "two"));
            assertThat(second.messages).containsExactly("one");
            assertThat(listener.gaps).hasValue(0);
        }
        Awaitility.await().untilAsserted(() -> assertThat(subscribers(channel)).isZero());
    }

    @Test
    void aLostConnectionIsToldOnceTheChannelIsSubscribedAgain(TestKeys keys) {
        String channel = keys.key("channel");
        redis.pubSub().subscribe(channel, listener);
        deployment.dropClients();
        Awaitility.await().untilAsserted(() -> assertThat(listener.gaps.get()).isPositive());
        assertThat(registry.counter("redis.patterns.core.pubsub.gaps").count()).isPositive();
        publish(channel, "after");
        Awaitility.await().untilAsserted(() -> assertThat(listener.messages).containsExactly("after"));
    }

    @Test
    void aSubscriptionClosedWhileDisconnectedEndsOnTheServerToo(TestKeys keys) {
        String channel = keys.key("channel");
        redis.pubSub().subscribe(keys.key("other"), listener);
        for (int i = 0; i < 20; i++) {
            Subscription subscription = redis.pubSub().subscribe(channel, new RecordingListener());
            int before = listener.gaps.get();
            deployment.dropClients();
            subscription.close();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(listener.gaps.get()).isGreaterThan(before));
        }
        Awaitility.await().untilAsserted(() -> assertThat(subscribers(channel)).isZero());
    }

    @Test
    void aListenerThatThrowsStaysSubscribed(TestKeys keys) {
        String channel = keys.key("channel");
        redis.pubSub().subscribe(channel, new MessageListener() {
            @Override
            public void onMessage(byte[] message) {
                throw new AssertionError("listener");
            }

            @Override
            public void onGap() {
                throw new IllegalStateException("listener");
            }
        });
        redis.pubSub().subscribe(channel, listener);
        publish(channel, "one");
        publish(channel, "two");
        Awaitility.await().untilAsserted(() -> assertThat(listener.messages).containsExactly("one", "two"));
        deployment.dropClients();
        Awaitility.await().untilAsserted(() -> assertThat(listener.gaps.get()).isPositive());
    }

    private void publish(String channel, String message) {
        redis.execute(c -> c.publish(channel, message));
    }

    private long subscribers(String channel) {
        return deployment.nodes().stream()
                .mapToLong(node -> node.call(c -> c.pubsubNumsub(channel)).get(channel))
                .sum();
    }
}
