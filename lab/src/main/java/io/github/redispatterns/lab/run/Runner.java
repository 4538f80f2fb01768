package io.github.redispatterns.lab.run;

import io.github.redispatterns.testkit.RedisDeployment;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs experiments on one deployment, one after the other.
 *
 * <p><b>Guarantees</b>: one report per experiment, also for those that fail. An experiment's keys are gone when its
 * report is made, and an experiment that made a key without a time to live has failed.
 */
public final class Runner {

    private final RedisDeployment deployment;
    private final Load load;
    private final Progress progress;

    /**
     * Creates a runner.
     *
     * @param deployment the Redis; stays open
     * @param load how much
     * @param progress hears what is going on
     */
    public Runner(RedisDeployment deployment, Load load, Progress progress) {
        this.deployment = deployment;
        this.load = load;
        this.progress = progress;
    }

    /**
     * Runs experiments.
     *
     * @param experiments which, in this order
     * @param reports gets each report as soon as it is made
     * @return true if all of them hold
     */
    public boolean run(List<Experiment> experiments, Consumer<? super Report> reports) {
        boolean all = true;
        for (Experiment experiment : experiments) {
            Report report = run(experiment);
            all &= report.holds();
            reports.accept(report);
        }
        return all;
    }

    private Report run(Experiment experiment) {
        Context context = new Context(
                deployment,
                List.of("lab", UUID.randomUUID().toString(), experiment.name()),
                load,
                what -> progress.at(experiment.name() + ": " + what));
        long begin = System.nanoTime();
        Result result = null;
        String error = null;
        try {
            result = measure(experiment, context);
        } catch (Exception | Error e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            error = Failures.describe(e);
        }
        Server server = new Server(deployment.version(), deployment.topology().name());
        return new Report(experiment, result, error, server, millisSince(begin));
    }

    private static @Nullable Result measure(Experiment experiment, Context context) throws Exception {
        Result result = null;
        try (Cleanup cleanup = new Cleanup(context)) {
            context.progress().at("starting");
            result = experiment.run(context);
            cleanup.refuseImmortalKeys();
        }
        return result;
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }
}
