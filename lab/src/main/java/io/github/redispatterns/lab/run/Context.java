package io.github.redispatterns.lab.run;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.List;

/**
 * Where an experiment runs, and how much of it.
 *
 * @param deployment the Redis
 * @param keyPath the segments of {@link #keys()}, to hand on to another process
 * @param load how much
 * @param progress what to tell on long work
 */
public record Context(RedisDeployment deployment, List<String> keyPath, Load load, Progress progress) {

    /** Copies the path. */
    public Context {
        keyPath = List.copyOf(keyPath);
    }

    /**
     * Where the experiment's keys are. Every key needs a time to live; all of them are deleted afterwards.
     *
     * @return the key space
     */
    public KeySpace keys() {
        return keys(keyPath);
    }

    /**
     * The key space of a path.
     *
     * @param path its segments, at least one
     * @return the key space
     */
    public static KeySpace keys(List<String> path) {
        return KeySpace.of(path.get(0), path.subList(1, path.size()).toArray(String[]::new));
    }

    /**
     * A deadline for commands that no slow machine reaches: an experiment measures its answers, not the machine.
     *
     * @return options for {@link #open}, to be completed
     */
    public static RedisOptions.Builder patient() {
        return RedisOptions.builder().commandTimeout(Duration.ofSeconds(15)).connectTimeout(Duration.ofSeconds(15));
    }

    /**
     * Opens a handle on the deployment, whatever its topology.
     *
     * @param options how it behaves
     * @return the handle; close it
     */
    public Redis open(RedisOptions options) {
        return open(deployment.topology(), deployment.uris(), options);
    }

    /**
     * Opens a handle.
     *
     * @param topology how the servers are arranged
     * @param uris of a Cluster some nodes, else only the one
     * @param options how the handle behaves
     * @return the handle; close it
     */
    public static Redis open(Topology topology, List<String> uris, RedisOptions options) {
        return topology == Topology.CLUSTER
                ? Redis.connectCluster(options, uris.toArray(String[]::new))
                : Redis.connect(uris.get(0), options);
    }
}
