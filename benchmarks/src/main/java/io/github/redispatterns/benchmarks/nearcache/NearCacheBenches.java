package io.github.redispatterns.benchmarks.nearcache;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.JvmBench;
import java.util.List;

/** A cache inside the JVM. */
public final class NearCacheBenches {

    private NearCacheBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        return List.of(new JvmBench(
                "near-cache/hit",
                "What does a hit cost that never leaves the JVM?",
                NearCacheHitBenchmark.class,
                List.of()));
    }
}
