package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** A fenced store of texts, as the least-privileged user, and what the tests look at. */
abstract class FencedBench {

    static final Duration TTL = Duration.ofDays(1);
    static final Duration MEMORY = Duration.ofHours(1);

    @Parameter
    RedisDeployment deployment;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    AclUser user;
    Redis redis;
    Redis admin;
    KeySpace keys;
    FencedStore<String> store;

    @BeforeEach
    void open(TestKeys testKeys) {
        user = Handles.leastPrivileged(deployment, testKeys);
        redis = Handles.open(deployment, user, RedisOptions.builder().meterRegistry(registry));
        admin = Handles.admin(deployment);
        keys = KeySpace.of(testKeys.prefix());
        store = store(redis, FencedStoreOptions.ofTtl(TTL));
    }

    @AfterEach
    void close() {
        redis.close();
        admin.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    final FencedStore<String> store(Redis handle, FencedStoreOptions options) {
        return FencedStore.create(handle, keys, Codec.utf8(), options);
    }

    final <T> T admin(
            Function<? super RedisClusterAsyncCommands<String, String>, ? extends CompletionStage<T>> command) {
        return Sync.await(command.apply(admin.commands()));
    }

    /** All that the hash of an entity holds. */
    final Map<String, String> entity(String key) {
        return admin(c -> c.hgetall(keys.key(key)));
    }

    final List<StreamMessage<String, String>> stream(String key) {
        return admin(c -> c.xrange(store.streamKey(key), Range.unbounded()));
    }

    final List<String> ids(String key) {
        return stream(key).stream().map(StreamMessage::getId).toList();
    }

    /** Lets a key expire soon, so that a write can be seen to begin its time anew. */
    final void expireSoon(String name) {
        boolean there = this.<Boolean>admin(c -> c.pexpire(name, 60_000));
        assertThat(there).isTrue();
    }

    final Duration livesFor(String name) {
        return Duration.ofMillis(this.<Long>admin(c -> c.pttl(name)));
    }
}
