package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.caching.LoadingCache;
import java.util.List;

/** JetCache: its remote cache on Lettuce, in the configurations of {@link JetCacheSetup}. */
public final class JetCachePeer {

    private static final String LIBRARY = "jetcache";

    private JetCachePeer() {}

    /**
     * {@code Cache.get} of an entry of 100 bytes that is there.
     *
     * @return the contenders
     */
    public static List<Contender> cacheHits() {
        return JetCacheSetup.ALL.stream()
                .map(setup -> Contender.of(LIBRARY, setup.configuration(), place -> new JetCacheHit(setup, place)))
                .toList();
    }

    /**
     * {@code Cache.getAll} of 100 entries that are there: one {@code MGET}.
     *
     * @return the contenders
     */
    public static List<Contender> multiGets() {
        return JetCacheSetup.ENDS.stream()
                .map(setup -> Contender.of(LIBRARY, setup.configuration(), place -> new JetCacheMultiGet(setup, place)))
                .toList();
    }

    /**
     * {@code Cache.computeIfAbsent}: by default every caller loads, with its penetration protection one in each process.
     *
     * @return the caches
     */
    public static List<LoadingCache> loadingCaches() {
        return JetCacheSetup.LOADING.stream()
                .map(setup -> new LoadingCache(
                        LIBRARY, setup.configuration(), (place, ttl) -> JetCacheClient.open(setup, place, ttl)))
                .toList();
    }
}
