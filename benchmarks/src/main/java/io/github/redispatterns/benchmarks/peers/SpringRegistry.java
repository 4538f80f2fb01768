package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.subject.Place;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import java.util.concurrent.locks.Lock;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.redis.util.RedisLockRegistry;

/** A lock registry, and what it stands on. */
final class SpringRegistry implements AutoCloseable {

    private final ClientResources resources;
    private final LettuceConnectionFactory connections;
    private final RedisLockRegistry registry;

    SpringRegistry(SpringSetup setup, Place place) {
        RedisURI uri = RedisURI.create(place.uri());
        this.resources = setup.lettuce().resources();
        this.connections = new LettuceConnectionFactory(
                new RedisStandaloneConfiguration(uri.getHost(), uri.getPort()),
                LettuceClientConfiguration.builder().clientResources(resources).build());
        connections.afterPropertiesSet();
        connections.start();
        this.registry = new RedisLockRegistry(connections, place.prefix() + ":lock");
        setup.change().accept(registry);
    }

    Lock obtain(String name) {
        return registry.obtain(name);
    }

    @Override
    public void close() {
        registry.destroy();
        connections.destroy();
        LettucePeerClient.end(resources);
    }
}
