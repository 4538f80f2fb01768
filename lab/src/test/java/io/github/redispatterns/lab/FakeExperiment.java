package io.github.redispatterns.lab;

import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Report;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.lab.run.Server;
import java.util.List;

/** An experiment that measures whatever it is told. */
public record FakeExperiment(String name, long recipeLoads) implements Experiment {

    public static final Server SERVER = new Server("Redis 7.0.15", "STANDALONE");

    @Override
    public String question() {
        return "What is asked?";
    }

    @Override
    public String naive() {
        return "The simple thing.";
    }

    @Override
    public String recipe() {
        return "The right thing.";
    }

    @Override
    public Result run(Context context) {
        return result();
    }

    public Result result() {
        return new Result(
                "It failed 1000 times.",
                List.of(
                        new Claim("loader calls", 1000, recipeLoads, Bound.atMost(1)),
                        new Claim("late fills", null, 3, Bound.atLeast(1))));
    }

    public Report report() {
        return new Report(this, result(), null, SERVER, 12);
    }

    public Report failure() {
        return new Report(this, null, "IllegalStateException: no \"disk\" (Fake.java:1)", SERVER, 7);
    }
}
