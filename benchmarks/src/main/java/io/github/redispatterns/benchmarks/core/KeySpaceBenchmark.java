package io.github.redispatterns.benchmarks.core;

import io.github.redispatterns.core.KeySpace;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Building a key. Public and not final: JMH subclasses it. */
@State(Scope.Benchmark)
public class KeySpaceBenchmark {

    private String prefix = "shop:product";
    private String id = "product-4711";
    private KeySpace keys = KeySpace.of("shop", "product");

    /**
     * By hand, escaping nothing.
     *
     * @return the key
     */
    @Benchmark
    public String raw() {
        return prefix + ":{" + id + '}';
    }

    /**
     * By our KeySpace, which looks at each character of the id.
     *
     * @return the key
     */
    @Benchmark
    public String keySpace() {
        return keys.key(id);
    }
}
