package io.github.redispatterns.benchmarks.worker;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts workers.
 *
 * @param main the main class of their JVMs, which calls {@link WorkerProcess#serve}
 */
public record Workers(Class<?> main) {

    /** What every worker JVM gets: heaps alike, so that no library is judged by what the machine had left. */
    public static final List<String> JVM_OPTIONS = List.of("-Xms256m", "-Xmx256m");

    /**
     * Starts a worker; {@link Worker#awaitDone} must follow.
     *
     * @param bench the bench
     * @param contender one of its contenders
     * @param uri the Redis
     * @return the worker
     */
    public Worker start(RedisBench bench, Contender contender, String uri) {
        String label = bench.label(contender);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Drecipes.worker=" + bench.name() + ", " + label); // for people who look at the list of processes
        command.addAll(JVM_OPTIONS);
        command.add("-XX:+IgnoreUnrecognizedVMOptions"); // the next two are for newer JDKs
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
            Worker worker = new Worker(bench.name() + ", " + label, process);
            worker.introduce(new Setup(bench.name(), label, uri));
            return worker;
        } catch (IOException e) {
            throw new UncheckedIOException("A worker JVM cannot be started", e);
        }
    }
}
