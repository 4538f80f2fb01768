package io.github.redispatterns.lab;

import io.github.redispatterns.core.Redis;
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

/** A real Redis: a given one, or the embedded binary started for this run. */
final class RedisBench implements Bench {

    private final RedisDeployment.Builder redis;

    private RedisBench(RedisDeployment.Builder redis) {
        this.redis = redis;
    }

    static RedisBench embedded(Topology topology) {
        return new RedisBench(RedisDeployment.builder(topology).provider(Provider.EMBEDDED));
    }

    /**
     * The Redis at a URI.
     *
     * @throws IllegalArgumentException if it is not the URI of a Redis
     * @throws io.github.redispatterns.core.ConnectionFailedException if nothing answers there
     */
    static RedisBench given(String uri) {
        Topology topology = topologyAt(uri);
        System.setProperty("redis.uri", uri); // where the testkit looks
        return new RedisBench(RedisDeployment.builder(topology).provider(Provider.URI));
    }

    private static Topology topologyAt(String uri) {
        try (Redis probe = Redis.connect(uri)) {
            if (probe.topology() == io.github.redispatterns.core.Topology.SENTINEL) {
                return Topology.SENTINEL;
            }
            String info = probe.execute(commands -> commands.info("cluster"));
            return info.contains("cluster_enabled:1") ? Topology.CLUSTER : Topology.STANDALONE;
        }
    }

    @Override
    public boolean run(List<Experiment> experiments, Load load, Progress progress, Consumer<Report> reports) {
        try (RedisDeployment deployment = redis.start()) {
            return new Runner(deployment, load, progress).run(experiments, reports);
        }
    }
}
