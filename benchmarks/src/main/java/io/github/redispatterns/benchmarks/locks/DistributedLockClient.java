package io.github.redispatterns.benchmarks.locks;

import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.locking.LockClient;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.locks.DistributedLock;
import io.github.redispatterns.locks.Lease;

/** Ours: {@code acquire}, which waits, and {@code release}. */
final class DistributedLockClient implements LockClient {

    private final Redis redis;
    private final DistributedLock lock;

    DistributedLockClient(Place place) {
        redis = Redis.connect(place.uri());
        lock = DistributedLock.create(redis, KeySpace.of(place.prefix()));
    }

    @Override
    public Held acquire() {
        Lease lease = lock.acquire("hot", LEASE, PATIENCE).orElseThrow();
        return () -> Granted.check(lease.release());
    }

    @Override
    public void close() {
        lock.close();
        redis.close();
    }
}
