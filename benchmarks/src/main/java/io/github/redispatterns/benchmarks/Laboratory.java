package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.catalog.Catalog;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Length;
import io.github.redispatterns.benchmarks.run.Progress;
import java.util.List;
import java.util.function.Consumer;

/** Where benches are run. */
interface Laboratory {

    /** Runs benches and gives each report as soon as there is one. */
    void run(List<Catalog.Group> groups, Length length, Progress progress, Consumer<BenchReport> reports);
}
