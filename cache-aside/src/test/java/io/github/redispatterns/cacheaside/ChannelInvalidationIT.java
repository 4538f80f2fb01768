package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest
class ChannelInvalidationIT {

    @Parameter
    RedisDeployment deployment;

    private EventsFixture fixture;
    private String channel;

    @BeforeEach
    void open(TestKeys keys) {
        fixture = new EventsFixture(deployment, keys);
        channel = fixture.stream;
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void whatIsNamedIsInvalidatedUntilItIsClosed() {
        fixture.put("k", "ключ {1}", "other");
        ChannelInvalidation listening = ChannelInvalidation.listen(fixture.redis, channel, fixture.cache);
        try {
            publish("k");
            publish("ключ {1}");
            fixture.awaitGone("k", "ключ {1}");
            assertThat(fixture.holds("other")).isTrue();
            Awaitility.await().until(() -> count("invalidated") == 2);
        } finally {
            listening.close();
        }
        listening.close();
        Awaitility.await().until(() -> subscribers() == 0);
        publish("other");
        assertThat(fixture.holds("other")).isTrue();
    }

    @Test
    void aLostConnectionIsCountedAndItGoesOn() {
        fixture.put("before", "after");
        try (ChannelInvalidation listening = ChannelInvalidation.listen(fixture.redis, channel, fixture.cache)) {
            assertThat(listening).isNotNull();
            publish("before");
            fixture.awaitGone("before");
            deployment.dropClients();
            Awaitility.await().until(() -> count("gap") >= 1);
            Awaitility.await().ignoreExceptions().until(() -> {
                publish("after");
                return !fixture.holds("after");
            });
        }
    }

    @Test
    void whatIsNoKeyIsCountedAndSkipped() {
        fixture.put("k");
        String list = fixture.space.key("list");
        fixture.outsider.execute(c -> c.lpush(list, "not ours"));
        fixture.outsider.execute(c -> c.expire(list, 300));
        try (ChannelInvalidation listening = ChannelInvalidation.listen(fixture.redis, channel, fixture.cache)) {
            assertThat(listening).isNotNull();
            publish("");
            publish(new byte[] {'k', (byte) 0xff});
            publish(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}); // an unpaired surrogate, as some write it
            publish("list");
            publish("k");
            fixture.awaitGone("k");
            Awaitility.await().until(() -> count("skipped") == 4 && count("invalidated") == 1);
            assertThat(fixture.holds("list")).isTrue();
        }
    }

    @Test
    void aWrongArgumentIsNamed() {
        assertThatThrownBy(() -> ChannelInvalidation.listen(fixture.redis, "", fixture.cache))
                .hasMessageStartingWith("channel: ");
        assertThatThrownBy(() -> ChannelInvalidation.listen(null, channel, fixture.cache))
                .hasMessageStartingWith("redis: ");
        assertThatThrownBy(() -> ChannelInvalidation.listen(fixture.redis, channel, null))
                .hasMessageStartingWith("cache: ");
    }

    private void publish(String message) {
        publish(message.getBytes(StandardCharsets.UTF_8));
    }

    private void publish(byte[] message) {
        fixture.outsider.execute(Redis.KEYS_AND_BYTES, c -> c.publish(channel, message));
    }

    private double count(String outcome) {
        return fixture.count("channel", outcome);
    }

    private long subscribers() {
        return deployment.nodes().stream()
                .mapToLong(node -> node.call(c -> c.pubsubNumsub(channel)).get(channel))
                .sum();
    }
}
