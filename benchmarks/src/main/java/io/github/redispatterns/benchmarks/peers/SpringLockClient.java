package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.locking.LockClient;
import io.github.redispatterns.benchmarks.subject.Place;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/** {@code obtain}, {@code tryLock}, which waits, and {@code unlock}. The lease is the registry's, of a minute. */
final class SpringLockClient implements LockClient {

    private final SpringRegistry registry;

    SpringLockClient(SpringSetup setup, Place place) {
        this.registry = new SpringRegistry(setup, place);
    }

    @Override
    public Held acquire() throws InterruptedException {
        Lock lock = registry.obtain("hot");
        Granted.check(lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        return lock::unlock;
    }

    @Override
    public void close() {
        registry.close();
    }
}
