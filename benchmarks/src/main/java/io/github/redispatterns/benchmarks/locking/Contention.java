package io.github.redispatterns.benchmarks.locking;

import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** All callers want the same lock, and give it back as soon as they have it. */
final class Contention implements Subject {

    private final List<LockClient> clients;
    private final AtomicInteger holders = new AtomicInteger();

    Contention(Place place, LockClient.Opener opener) {
        clients =
                Stream.generate(() -> opener.open(place)).limit(place.clients()).toList();
    }

    @Override
    public void call(int thread) throws InterruptedException {
        LockClient.Held held = clients.get(thread % clients.size()).acquire();
        int together = holders.incrementAndGet(); // a lock that lets two in is fast
        holders.decrementAndGet();
        held.release();
        if (together != 1) {
            throw new IllegalStateException(together + " held the lock at once");
        }
    }

    @Override
    public void populate() throws InterruptedException {
        LockClient.Held unused = clients.get(0).acquire();
    }

    @Override
    public void close() {
        clients.forEach(LockClient::close);
    }
}
