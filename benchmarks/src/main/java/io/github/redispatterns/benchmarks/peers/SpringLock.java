package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import java.util.concurrent.locks.Lock;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.redis.util.RedisLockRegistry;

/** {@code obtain}, {@code tryLock} and {@code unlock}, each caller its own lock. */
final class SpringLock implements Subject {

    private final ClientResources resources;
    private final LettuceConnectionFactory connections;
    private final RedisLockRegistry registry;

    SpringLock(SpringSetup setup, Place place) {
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

    @Override
    public void call(int thread) {
        Lock lock = registry.obtain(name(thread));
        Granted.check(lock.tryLock());
        lock.unlock();
    }

    /**
     * One character, so that no two callers meet: within a JVM the registry has 256 locks in front of those in Redis, chosen
     * by the last bits of the name's hash, and refuses who meets another there.
     */
    private static String name(int thread) {
        return Character.toString('a' + thread);
    }

    @Override
    public void populate() {
        Granted.check(registry.obtain(name(0)).tryLock());
    }

    @Override
    public void close() {
        registry.destroy();
        connections.destroy();
        LettucePeerClient.end(resources);
    }
}
