package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.locking.LockClient;
import io.github.redispatterns.benchmarks.subject.Place;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

/** {@code RLock.tryLock}, which waits, with a lease of its own, and {@code unlock}. */
final class RedissonLockClient implements LockClient {

    private final RedissonClient client;
    private final RLock lock;

    RedissonLockClient(RedissonSetup setup, BiFunction<RedissonClient, String, RLock> kind, Place place) {
        client = setup.open(place);
        lock = kind.apply(client, place.prefix() + ":hot");
    }

    @Override
    public Held acquire() throws InterruptedException {
        Granted.check(lock.tryLock(PATIENCE.toMillis(), LEASE.toMillis(), TimeUnit.MILLISECONDS));
        return lock::unlock;
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
