package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.catalog.Catalog;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.BenchRunner;
import io.github.redispatterns.benchmarks.run.BenchServer;
import io.github.redispatterns.benchmarks.run.Length;
import io.github.redispatterns.benchmarks.run.Progress;
import io.github.redispatterns.benchmarks.run.Settings;
import io.github.redispatterns.benchmarks.worker.Workers;
import io.github.redispatterns.testkit.Provider;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.Topology;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A real Redis, a single server: a given one, or the embedded binary started for this run. */
final class RedisLaboratory implements Laboratory {

    private final Supplier<RedisDeployment> redis;

    private RedisLaboratory(Supplier<RedisDeployment> redis) {
        this.redis = redis;
    }

    static RedisLaboratory embedded() {
        return new RedisLaboratory(RedisDeployment.builder(Topology.STANDALONE).provider(Provider.EMBEDDED)::start);
    }

    /**
     * The Redis at a URI; it is opened at once, for one run.
     *
     * @throws IllegalArgumentException if it is not the URI of a single server
     * @throws io.github.redispatterns.testkit.TestkitException if nothing answers there
     */
    static RedisLaboratory given(String uri) {
        RedisDeployment open = RedisDeployment.at(uri);
        if (open.topology() != Topology.STANDALONE) {
            open.close();
            throw new IllegalArgumentException("uri: must be that of a single server, is that of a " + open.topology());
        }
        return new RedisLaboratory(() -> open);
    }

    @Override
    public void run(List<Catalog.Group> groups, Length length, Progress progress, Consumer<BenchReport> reports) {
        try (RedisDeployment deployment = redis.get();
                BenchServer server = new BenchServer(deployment)) {
            BenchRunner runner = new BenchRunner(server, new Workers(WorkerMain.class), progress);
            for (Catalog.Group group : groups) {
                Settings settings = length.settings(group.benches());
                for (Bench bench : group.benches()) {
                    reports.accept(runner.run(bench, settings));
                }
            }
        }
    }
}
