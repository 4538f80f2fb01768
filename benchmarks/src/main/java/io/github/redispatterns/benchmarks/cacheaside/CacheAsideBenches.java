package io.github.redispatterns.benchmarks.cacheaside;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.limit.Gets;
import io.github.redispatterns.benchmarks.peers.JetCachePeer;
import io.github.redispatterns.benchmarks.peers.RedissonPeer;
import java.util.List;
import java.util.stream.Stream;

/** Cache-aside beside the bare command, and beside the peers. */
public final class CacheAsideBenches {

    private static final Load ALONE = Load.threads(1);
    private static final Load TOGETHER = Load.threads(16);
    private static final String OURS = "cache-aside";

    private CacheAsideBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        return List.of(new RedisBench(
                "cache-aside/hit",
                "What does a hit cost, beside the GET that it stands on?",
                List.of(ALONE, TOGETHER),
                Stream.of(
                                List.of(Gets.raw(), Gets.handle(), Contender.of(OURS, CacheAsideHit::new)),
                                RedissonPeer.cacheHits(),
                                JetCachePeer.cacheHits())
                        .flatMap(List::stream)
                        .toList(),
                List.of(
                        Bound.opsAtLeast(OURS, ALONE, 0.95, Contender.RAW),
                        Bound.opsAtLeast(OURS, TOGETHER, 0.95, Contender.RAW))));
    }
}
