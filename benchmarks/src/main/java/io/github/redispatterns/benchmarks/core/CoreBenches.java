package io.github.redispatterns.benchmarks.core;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.JvmBench;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.limit.Gets;
import io.github.redispatterns.benchmarks.limit.Scripts;
import io.github.redispatterns.benchmarks.limit.Sets;
import io.github.redispatterns.benchmarks.peers.RedissonPeer;
import java.util.List;
import java.util.stream.Stream;

/** The handle and its scripts beside plain Lettuce. */
public final class CoreBenches {

    private static final Load ALONE = Load.threads(1);
    private static final Load TOGETHER = Load.threads(16);
    private static final Load WINDOW = Load.window(64);
    private static final Load WIDE_WINDOW = Load.window(256);
    private static final List<Load> LOADS = List.of(ALONE, TOGETHER, WINDOW, WIDE_WINDOW, Load.batch(256));

    private CoreBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        return List.of(
                bench(
                        "core/get",
                        "How fast is one GET of 100 bytes through our handle, beside plain Lettuce?",
                        with(RedissonPeer.gets(), Gets.raw(), Gets.handle()),
                        fastPath()),
                bench(
                        "core/set",
                        "How fast is one SET of 100 bytes through our handle, beside plain Lettuce?",
                        with(RedissonPeer.sets(), Sets.raw(), Sets.handle()),
                        List.of()),
                bench(
                        "core/evalsha",
                        "How fast is a script that returns 1, by EVALSHA and as a LuaScript?",
                        List.of(Scripts.raw(), Scripts.handle(), Scripts.script()),
                        scripts()),
                new JvmBench(
                        "core/keyspace",
                        "What does a key from a KeySpace cost, beside a concatenation that escapes nothing?",
                        KeySpaceBenchmark.class,
                        List.of()),
                new JvmBench(
                        "core/sync",
                        "What does the synchronous twin add to a result that is there?",
                        SyncBenchmark.class,
                        List.of()));
    }

    private static List<Contender> with(List<Contender> peers, Contender... ours) {
        return Stream.concat(Stream.of(ours), peers.stream()).toList();
    }

    private static Bench bench(String name, String question, List<Contender> contenders, List<Bound> bounds) {
        return new RedisBench(name, question, LOADS, contenders, bounds);
    }

    /** Flushes are shared where there is something to share, and a lone caller pays nothing for it. */
    private static List<Bound> fastPath() {
        return List.of(
                Bound.opsAtLeast(Contender.HANDLE, ALONE, 0.97, Contender.RAW),
                Bound.opsAtLeast(Contender.HANDLE, TOGETHER, 1.4, Contender.RAW),
                Bound.p99AtMost(Contender.HANDLE, TOGETHER, 1, Contender.RAW),
                Bound.opsAtLeast(Contender.HANDLE, WINDOW, 2.5, Contender.RAW),
                Bound.p99AtMost(Contender.HANDLE, WINDOW, 1, Contender.RAW),
                Bound.opsAtLeast(Contender.HANDLE, WIDE_WINDOW, 3, Contender.RAW),
                Bound.p99AtMost(Contender.HANDLE, WIDE_WINDOW, 1, Contender.RAW));
    }

    private static List<Bound> scripts() {
        return List.of(
                Bound.opsAtLeast(Contender.HANDLE, ALONE, 0.97, Contender.RAW),
                Bound.opsAtLeast(Scripts.OURS, ALONE, 0.97, Contender.RAW)); // it adds at most 3 %
    }
}
