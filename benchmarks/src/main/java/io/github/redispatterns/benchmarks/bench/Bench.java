package io.github.redispatterns.benchmarks.bench;

import java.util.List;

/** One question, and how it is answered by measuring. */
public sealed interface Bench permits RedisBench, JvmBench {

    /**
     * The name, unique in the catalog.
     *
     * @return {@code module/name}, such as {@code core/get}
     */
    String name();

    /**
     * What is asked.
     *
     * @return one sentence
     */
    String question();

    /**
     * What must come out.
     *
     * @return any number of bounds
     */
    List<Bound> bounds();

    /**
     * The module that the bench belongs to.
     *
     * @return the name up to the slash
     */
    default String module() {
        return name().substring(0, name().indexOf('/'));
    }
}
