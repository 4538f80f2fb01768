package io.github.redispatterns.benchmarks.bench;

import java.util.List;

/**
 * A bench inside one JVM, run by JMH: no server and no socket.
 *
 * @param name {@code module/name}
 * @param question what is asked
 * @param type the class with JMH's {@code @Benchmark} methods; each is a contender, called as the method is
 * @param bounds what must come out
 */
public record JvmBench(String name, String question, Class<?> type, List<Bound> bounds) implements Bench {

    /** Copies the list. */
    public JvmBench {
        bounds = List.copyOf(bounds);
    }
}
