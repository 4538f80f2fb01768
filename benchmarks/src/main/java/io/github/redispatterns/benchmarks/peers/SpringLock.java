package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.concurrent.locks.Lock;

/** {@code obtain}, {@code tryLock} and {@code unlock}, each caller its own lock. */
final class SpringLock implements Subject {

    private final SpringRegistry registry;

    SpringLock(SpringSetup setup, Place place) {
        this.registry = new SpringRegistry(setup, place);
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
        registry.close();
    }
}
