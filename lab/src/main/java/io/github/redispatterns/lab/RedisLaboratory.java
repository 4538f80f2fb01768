package io.github.redispatterns.lab;

import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Load;
import io.github.redispatterns.lab.run.Progress;
import io.github.redispatterns.lab.run.Report;
import io.github.redispatterns.lab.run.Runner;
import io.github.redispatterns.testkit.Provider;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.Topology;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A real Redis: a given one, or the embedded binary started for this run. */
final class RedisLaboratory implements Laboratory {

    private final Supplier<RedisDeployment> redis;

    private RedisLaboratory(Supplier<RedisDeployment> redis) {
        this.redis = redis;
    }

    static RedisLaboratory embedded(Topology topology) {
        return new RedisLaboratory(RedisDeployment.builder(topology).provider(Provider.EMBEDDED)::start);
    }

    /**
     * The Redis at a URI; it is opened at once, for one run.
     *
     * @throws IllegalArgumentException if it is not the URI of a Redis
     * @throws io.github.redispatterns.testkit.TestkitException if nothing answers there
     */
    static RedisLaboratory given(String uri) {
        RedisDeployment open = RedisDeployment.at(uri);
        return new RedisLaboratory(() -> open);
    }

    @Override
    public boolean run(List<Experiment> experiments, Load load, Progress progress, Consumer<Report> reports) {
        try (RedisDeployment deployment = redis.get()) {
            return new Runner(deployment, load, progress).run(experiments, reports);
        }
    }
}
