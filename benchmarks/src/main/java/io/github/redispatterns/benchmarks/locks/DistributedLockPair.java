package io.github.redispatterns.benchmarks.locks;

import io.github.redispatterns.benchmarks.limit.HandleSubject;
import io.github.redispatterns.benchmarks.locking.LockClient;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.locks.DistributedLock;
import io.github.redispatterns.locks.Lease;

/** Our {@code tryAcquire} and {@code close}, each caller its own lock. */
final class DistributedLockPair extends HandleSubject {

    private final DistributedLock lock;

    DistributedLockPair(Place place) {
        super(place);
        lock = DistributedLock.create(redis, KeySpace.of(place.prefix()));
    }

    @Override
    public void call(int thread) {
        acquire(thread).close();
    }

    private Lease acquire(int thread) {
        return lock.tryAcquire(Integer.toString(thread), LockClient.LEASE).orElseThrow();
    }

    @Override
    public void populate() {
        Lease unused = acquire(0);
    }

    @Override
    public void close() {
        lock.close();
        super.close();
    }
}
