package io.github.redispatterns.benchmarks.cacheaside;

import io.github.redispatterns.benchmarks.limit.Entries;
import io.github.redispatterns.benchmarks.limit.HandleSubject;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.cacheaside.CacheAside;
import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.cacheaside.Loader;
import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import java.time.Duration;

/** A hit of ours, with a codec that leaves bytes as they are. */
final class CacheAsideHit extends HandleSubject {

    private static final Duration TTL = Duration.ofHours(1);
    private static final Loader<byte[]> NEVER = key -> {
        throw new IllegalStateException("That was a miss");
    };

    private final CacheAside<byte[]> cache;

    CacheAsideHit(Place place) {
        super(place);
        cache = CacheAside.create(redis, KeySpace.of(place.prefix()), Codec.bytes(), CacheAsideOptions.ofTtl(TTL));
        for (int thread = 0; thread < place.threads(); thread++) {
            cache.put(key(thread), Entries.value());
        }
    }

    @Override
    public void call(int thread) {
        Entries.check(cache.get(key(thread), NEVER));
    }

    @Override
    public void close() {
        cache.close();
        super.close();
    }

    private static String key(int thread) {
        return Integer.toString(thread);
    }
}
