package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.limit.Granted;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** {@code Cache.getAll} of 100 entries that are there: its {@code MGET}. */
final class JetCacheMultiGet implements Subject {

    private final JetCacheClient client;

    /** By caller. */
    private final List<Set<String>> keys;

    JetCacheMultiGet(JetCacheSetup setup, Place place) {
        client = JetCacheClient.open(setup, place, Duration.ofHours(1));
        keys = IntStream.range(0, place.threads())
                .<Set<String>>mapToObj(thread -> new LinkedHashSet<>(Entries.names(thread)))
                .toList();
        keys.forEach(some -> some.forEach(
                key -> Granted.check(client.cache().PUT(key, Entries.value()).isSuccess())));
    }

    @Override
    public void call(int thread) {
        Entries.checkAll(client.cache().getAll(keys.get(thread)).values());
    }

    @Override
    public void close() {
        client.close();
    }
}
