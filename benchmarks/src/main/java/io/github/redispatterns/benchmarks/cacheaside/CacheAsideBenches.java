package io.github.redispatterns.benchmarks.cacheaside;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.caching.LoadingCache;
import io.github.redispatterns.benchmarks.limit.Gets;
import io.github.redispatterns.benchmarks.limit.MultiGets;
import io.github.redispatterns.benchmarks.peers.JetCachePeer;
import io.github.redispatterns.benchmarks.peers.RedissonPeer;
import java.util.List;
import java.util.stream.Stream;

/** Cache-aside beside the bare commands, and beside the peers. */
public final class CacheAsideBenches {

    private static final Load ALONE = Load.threads(1);
    private static final Load TOGETHER = Load.threads(16);
    private static final Load CROWD = Load.crowd(64);
    private static final String OURS = "cache-aside";
    private static final LoadingCache NAIVE = new LoadingCache(Contender.RAW, Contender.DEFAULT, NaiveCache::new);
    private static final LoadingCache CACHE = new LoadingCache(OURS, Contender.DEFAULT, CacheAsideClient::new);

    private CacheAsideBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        return List.of(hit(), getAll(), miss(), stampede());
    }

    private static Bench hit() {
        return new RedisBench(
                "cache-aside/hit",
                "What does a hit cost, beside the GET that it stands on?",
                List.of(ALONE, TOGETHER),
                all(
                        List.of(Gets.raw(), Gets.handle(), Contender.of(OURS, CacheAsideHit::new)),
                        RedissonPeer.cacheHits(),
                        JetCachePeer.cacheHits()),
                List.of(
                        Bound.opsAtLeast(OURS, ALONE, 0.95, Contender.RAW),
                        Bound.opsAtLeast(OURS, TOGETHER, 0.95, Contender.RAW)));
    }

    private static Bench getAll() {
        return new RedisBench(
                "cache-aside/get-all",
                "What do 100 hits in one call cost, beside the MGET that they stand on?",
                List.of(ALONE, TOGETHER),
                all(
                        List.of(MultiGets.raw(), MultiGets.handle(), Contender.of(OURS, CacheAsideGetAll::new)),
                        RedissonPeer.multiGets(),
                        JetCachePeer.multiGets()),
                List.of(
                        Bound.opsAtLeast(OURS, ALONE, 0.9, Contender.RAW),
                        Bound.opsAtLeast(OURS, TOGETHER, 0.9, Contender.RAW)));
    }

    private static Bench miss() {
        return new RedisBench(
                "cache-aside/miss",
                "What does a miss cost besides its load, and beside a GET and a SET that protect nothing?",
                List.of(ALONE),
                loadingCaches().map(LoadingCache::miss).toList(),
                List.of(
                        Bound.readsAtMost(OURS, ALONE, 3.01), // and a ping and a TIME now and then
                        Bound.loadsAtMost(OURS, ALONE, 1)));
    }

    private static Bench stampede() {
        return new RedisBench(
                "cache-aside/stampede",
                "64 callers of 4 clients miss the same key, whose load takes 50 ms: when has the last one its value,"
                        + " and after how many loads?",
                List.of(CROWD),
                loadingCaches().map(LoadingCache::stampede).toList(),
                List.of(Bound.p50AtMost(OURS, CROWD, 60), Bound.loadsAtMost(OURS, CROWD, 1)));
    }

    private static Stream<LoadingCache> loadingCaches() {
        return Stream.of(List.of(NAIVE, CACHE), RedissonPeer.loadingCaches(), JetCachePeer.loadingCaches())
                .flatMap(List::stream);
    }

    /** The contenders, then those of two peers. */
    private static List<Contender> all(List<Contender> ours, List<Contender> one, List<Contender> other) {
        return Stream.of(ours, one, other).flatMap(List::stream).toList();
    }
}
