package io.github.redispatterns.benchmarks.cacheaside;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.limit.HandleSubject;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.cacheaside.BulkLoader;
import io.github.redispatterns.cacheaside.CacheAside;
import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** {@code getAll} of entries that are there, each caller its own. */
final class CacheAsideGetAll extends HandleSubject {

    private static final Duration TTL = Duration.ofHours(1);
    private static final BulkLoader<byte[]> NOTHING = keys -> Map.of();

    private final CacheAside<byte[]> cache;

    /** By caller. */
    private final List<List<String>> keys;

    CacheAsideGetAll(Place place) {
        super(place);
        cache = CacheAside.create(redis, KeySpace.of(place.prefix()), Codec.bytes(), CacheAsideOptions.ofTtl(TTL));
        keys = IntStream.range(0, place.threads()).mapToObj(Entries::names).toList();
        keys.forEach(some -> some.forEach(key -> cache.put(key, Entries.value())));
    }

    @Override
    public void call(int thread) {
        Entries.checkAll(cache.getAll(keys.get(thread), NOTHING).values());
    }

    @Override
    public void close() {
        cache.close();
        super.close();
    }
}
