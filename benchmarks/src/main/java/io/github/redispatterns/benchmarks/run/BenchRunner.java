package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.JvmBench;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.worker.Failures;
import io.github.redispatterns.benchmarks.worker.Workers;
import java.util.List;

/** Runs benches, one after the other. A bench's workers and keys are gone when its report is made. */
public final class BenchRunner {

    private final BenchServer server;
    private final Workers workers;
    private final Progress progress;

    /**
     * Creates a runner.
     *
     * @param server the Redis; stays open
     * @param workers starts worker JVMs
     * @param progress hears what is going on
     */
    public BenchRunner(BenchServer server, Workers workers, Progress progress) {
        this.server = server;
        this.workers = workers;
        this.progress = progress;
    }

    /**
     * Runs one bench.
     *
     * @param bench the bench
     * @param settings how long is measured
     * @return how it ended, also if it failed
     */
    public BenchReport run(Bench bench, Settings settings) {
        try {
            List<Row> rows = Rows.of(bench.name(), samples(bench, settings));
            return new BenchReport(
                    bench, server.describe(), settings, rows, Verdict.of(bench.name(), bench.bounds(), rows), "");
        } catch (RuntimeException e) {
            return new BenchReport(bench, server.describe(), settings, List.of(), List.of(), Failures.describe(e));
        }
    }

    private List<Sample> samples(Bench bench, Settings settings) {
        Progress named = what -> progress.at(bench.name() + ": " + what);
        if (bench instanceof JvmBench jvm) {
            named.at("JMH");
            return new JvmBenchRun(jvm, settings).run();
        }
        return new RedisBenchRun((RedisBench) bench, server, workers, settings, named).run();
    }
}
