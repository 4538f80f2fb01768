package io.github.redispatterns.benchmarks.nearcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A hit in a bounded cache. Public and not final: JMH subclasses it. */
@State(Scope.Thread)
public class NearCacheHitBenchmark {

    /** A power of two, so that the next key is found by a mask. */
    private static final int ENTRIES = 1024;

    private final String[] keys =
            IntStream.range(0, ENTRIES).mapToObj(i -> "product-" + i).toArray(String[]::new);
    private final Cache<String, byte[]> cache =
            Caffeine.newBuilder().maximumSize(2 * ENTRIES).build();
    private int next;

    /** Fills the cache. */
    public NearCacheHitBenchmark() {
        for (String key : keys) {
            cache.put(key, new byte[100]);
        }
    }

    /**
     * Caffeine alone.
     *
     * @return the value
     */
    @Benchmark
    public byte @Nullable [] caffeine() {
        return cache.getIfPresent(keys[next++ & (ENTRIES - 1)]);
    }
}
