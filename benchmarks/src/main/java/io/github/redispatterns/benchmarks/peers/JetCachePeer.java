package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.bench.Contender;
import java.util.List;

/** JetCache: its remote cache on Lettuce, in every {@link JetCacheSetup}. */
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
}
