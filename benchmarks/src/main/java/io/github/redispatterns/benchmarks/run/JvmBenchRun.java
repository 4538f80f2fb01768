package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.JvmBench;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.worker.Workers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One run of one bench inside a JVM, by JMH. Its methods do not take turns: each has forks of its own. */
final class JvmBenchRun {

    private static final Comparator<Sample> LIMIT_FIRST =
            Comparator.comparing(sample -> !sample.who().label().equals(Contender.RAW));

    private final JvmBench bench;
    private final Settings settings;

    JvmBenchRun(JvmBench bench, Settings settings) {
        this.bench = bench;
        this.settings = settings;
    }

    List<Sample> run() {
        try {
            return new Runner(options())
                    .run().stream().map(JvmBenchRun::sample).sorted(LIMIT_FIRST).toList();
        } catch (RunnerException e) {
            throw new IllegalStateException("JMH could not run " + bench.name(), e);
        }
    }

    private Options options() {
        List<String> jvm = new ArrayList<>(Workers.JVM_OPTIONS);
        jvm.add("-XX:+IgnoreUnrecognizedVMOptions"); // the next one is for newer JDKs
        jvm.add("--sun-misc-unsafe-memory-access=allow");
        return new OptionsBuilder()
                .include('^' + Pattern.quote(bench.type().getName()) + "\\.")
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .forks(settings.forks())
                .warmupIterations(2)
                .warmupTime(
                        TimeValue.milliseconds(settings.warmUp().dividedBy(2).toMillis()))
                .measurementIterations(settings.rounds())
                .measurementTime(TimeValue.milliseconds(settings.round().toMillis()))
                .jvmArgs(jvm.toArray(String[]::new))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
    }

    private static Sample sample(RunResult result) {
        String method = result.getParams().getBenchmark().replaceFirst("^.*\\.", "");
        int threads = result.getParams().getThreads();
        List<Double> ops = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .map(iteration -> perSecond(iteration, threads))
                .toList();
        Sample.Who who = new Sample.Who(method, method, Contender.DEFAULT);
        return new Sample(who, Load.threads(threads), ops, List.of(), Usage.NONE, Double.NaN, null);
    }

    private static double perSecond(IterationResult iteration, int threads) {
        return threads * 1e9 / iteration.getPrimaryResult().getScore();
    }
}
