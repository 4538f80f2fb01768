package io.github.redispatterns.benchmarks;

import io.github.redispatterns.lab.run.Experiment;

/** Imports another program, to show that the rules find it. */
public final class BrokenBenchmark {

    public static final Class<?> THE_LAB = Experiment.class;

    private BrokenBenchmark() {}
}
