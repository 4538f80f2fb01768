package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.TestKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A cache, an outsider who writes to its stream and its channel, and a way to cut the cache off. */
final class EventsFixture implements AutoCloseable {

    /** The key of both the stream and the channel. */
    final String stream;

    final KeySpace space;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final List<StreamGap> gaps = new CopyOnWriteArrayList<>();
    final FaultProxies proxies;
    final AclUser user;
    final Redis redis;
    final Redis outsider;
    final CacheAside<String> cache;
    private final RedisDeployment deployment;

    EventsFixture(RedisDeployment deployment, TestKeys keys) {
        this.deployment = deployment;
        this.stream = Handles.stream(keys);
        this.space = KeySpace.of(keys.prefix());
        user = Handles.withEvents(deployment, keys);
        proxies = FaultProxies.of(deployment);
        redis = Handles.open(
                deployment,
                user,
                RedisOptions.builder()
                        .meterRegistry(registry)
                        .clientResources(proxies.clientResources())
                        .commandTimeout(Duration.ofMillis(500)));
        outsider = Handles.admin(deployment);
        cache = CacheAside.create(
                redis,
                space,
                Codec.utf8(),
                CacheAsideOptions.builder(Duration.ofMinutes(5))
                        .breakerWindow(Duration.ofMillis(100))
                        .build());
    }

    StreamInvalidationOptions.Builder options() {
        return StreamInvalidationOptions.builder().onGap(gaps::add);
    }

    StreamInvalidation follow() {
        return StreamInvalidation.follow(redis, stream, cache, options().build());
    }

    String add(String key) {
        return outsider.execute(c -> c.xadd(stream, Map.of("key", key)));
    }

    void put(String... keys) {
        for (String key : keys) {
            assertThat(cache.put(key, "value of " + key)).isEqualTo(WriteOutcome.STORED);
        }
    }

    /** Looked at by the outsider, who is never cut off. */
    boolean holds(String key) {
        String name = space.key(key);
        return outsider.<Long>execute(c -> c.exists(name)) == 1;
    }

    void awaitGone(String... keys) {
        for (String key : keys) {
            Awaitility.await(key).atMost(Duration.ofSeconds(20)).until(() -> !holds(key));
        }
    }

    /** Invalidates by an event that is added now, and so has seen all before it carried out. */
    void awaitCaughtUp() {
        put("caught-up");
        add("caught-up");
        awaitGone("caught-up");
    }

    String positionKey() {
        return space.key(stream, "position-default");
    }

    String position() {
        String name = positionKey();
        return outsider.execute(c -> c.get(name));
    }

    double count(String source, String outcome) {
        return registry.counter(
                        "redis.patterns.cacheaside.events", "cache", "default", "feed", source, "outcome", outcome)
                .count();
    }

    /** How many calls Redis has not answered. */
    double unanswered() {
        return registry.counter("redis.patterns.cacheaside.unreachable", "cache", "default")
                .count();
    }

    /** How many connections are, or were last, waiting for a stream. */
    int waiting() {
        return waitingConnections("").size();
    }

    /** Their ports, of those with that in their line of CLIENT LIST. */
    Set<String> waitingConnections(String with) {
        return deployment.nodes().stream()
                .filter(node -> node.isRunning())
                .flatMap(node -> node.<String>call(c -> c.clientList()).lines())
                .filter(line -> line.contains("cmd=xread") && line.contains(with))
                .map(line -> line.replaceFirst(".* addr=(\\S+) .*", "$1"))
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        cache.close();
        redis.close();
        outsider.close();
        proxies.close();
        try (user) {
            assertThat(user.denials()).isEmpty();
        }
    }
}
