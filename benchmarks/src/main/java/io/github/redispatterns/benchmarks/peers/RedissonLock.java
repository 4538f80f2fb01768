package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

/** {@code RLock.tryLock} with a lease of its own and {@code unlock}, each caller its own lock. */
final class RedissonLock implements Subject {

    private static final long LEASE_SECONDS = 30;

    private final RedissonClient client;
    private final List<RLock> locks;

    RedissonLock(RedissonClient client, Place place) {
        this.client = client;
        this.locks = IntStream.range(0, place.threads())
                .mapToObj(thread -> client.getLock(place.prefix() + ":lock:" + thread))
                .toList();
    }

    @Override
    public void call(int thread) throws InterruptedException {
        RLock lock = locks.get(thread);
        Granted.check(lock.tryLock(0, LEASE_SECONDS, TimeUnit.SECONDS));
        lock.unlock();
    }

    @Override
    public void populate() throws InterruptedException {
        Granted.check(locks.get(0).tryLock(0, LEASE_SECONDS, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
