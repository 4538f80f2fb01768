package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** A lock, as the least-privileged user, and what the tests look at. */
abstract class LocksFixture {

    static final Duration TTL = Duration.ofSeconds(30);
    static final Duration WAIT = Duration.ofSeconds(20);

    @Parameter
    RedisDeployment deployment;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>();
    AclUser user;
    Redis redis;
    KeySpace keys;
    DistributedLock lock;

    @BeforeEach
    void open(TestKeys testKeys) {
        user = Handles.leastPrivileged(deployment, testKeys);
        redis = handle();
        keys = KeySpace.of(testKeys.prefix());
        lock = lock(redis);
    }

    @AfterEach
    void close() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    /** Another process's handle. */
    final Redis handle() {
        return closing(Handles.open(deployment, user, RedisOptions.builder().meterRegistry(registry)));
    }

    /** Another process's lock, if the handle is another's. */
    final DistributedLock lock(Redis handle) {
        return closing(DistributedLock.create(handle, keys));
    }

    final <T extends AutoCloseable> T closing(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    final <T> T admin(String resource, Function<RedisCommands<String, String>, T> work) {
        return deployment.masterOf(keys.key(resource)).call(work);
    }

    static Lease acquired(Acquisition outcome) {
        return outcome.orElseThrow();
    }

    /** How many wait, as the lock knows of them. */
    final int queued(String resource) {
        String key = keys.key(resource);
        List<String> fields = admin(resource, c -> c.type(key).equals("hash") ? c.hkeys(key) : List.<String>of());
        return (int) fields.stream().filter(field -> field.startsWith(">")).count();
    }

    final void awaitQueued(String resource, int waiters) {
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> queued(resource) == waiters);
    }

    /** The fields with this prefix, of a hash. */
    final List<String> queued(String resource, String prefix) {
        return fields(resource).keySet().stream()
                .filter(field -> field.startsWith(prefix))
                .toList();
    }

    final Map<String, String> fields(String resource) {
        return admin(resource, c -> c.hgetall(keys.key(resource)));
    }

    final double counted(String meter, String tag, String value) {
        return registry.counter("redis.patterns.locks." + meter, "lock", "default", tag, value)
                .count();
    }

    final long timed(String meter, String tag, String value) {
        return registry.timer("redis.patterns.locks." + meter, "lock", "default", tag, value)
                .count();
    }
}
