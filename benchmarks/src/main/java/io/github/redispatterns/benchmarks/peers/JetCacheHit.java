package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;

/** {@code Cache.get} of one entry that is there, from Redis. */
final class JetCacheHit implements Subject {

    private final JetCacheClient client;

    JetCacheHit(JetCacheSetup setup, Place place) {
        client = JetCacheClient.open(setup, place, Duration.ofHours(1));
        for (int thread = 0; thread < place.threads(); thread++) {
            // put() does not wait for its reply, PUT() can
            Granted.check(client.cache()
                    .PUT(Integer.toString(thread), Entries.value())
                    .isSuccess());
        }
    }

    @Override
    public void call(int thread) {
        Entries.check(client.cache().get(Integer.toString(thread)));
    }

    @Override
    public void close() {
        client.close();
    }
}
