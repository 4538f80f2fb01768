package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.run.BenchRunner;
import io.github.redispatterns.benchmarks.run.BenchServer;
import io.github.redispatterns.benchmarks.run.Settings;
import io.github.redispatterns.benchmarks.worker.Workers;
import io.github.redispatterns.testkit.RedisDeployment;
import java.time.Duration;

/** A parent that is busy for minutes, to be killed. Its argument is the Redis; it says on standard output what it does. */
public final class FakeParentMain {

    private FakeParentMain() {}

    public static void main(String[] args) {
        Settings slow = new Settings(1, 5, Duration.ofMinutes(1), Duration.ofMinutes(1));
        try (RedisDeployment redis = RedisDeployment.at(args[0]);
                BenchServer server = new BenchServer(redis)) {
            new BenchRunner(server, new Workers(FakeWorkerMain.class), System.out::println)
                    .run(FakeBenches.race(), slow);
        }
    }
}
