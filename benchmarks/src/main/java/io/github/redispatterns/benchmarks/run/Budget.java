package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.JvmBench;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * What a quick run has to share out.
 *
 * @param cells how many pairs of contender and load
 * @param overhead what starting and opening will take
 */
record Budget(int cells, Duration overhead) {

    /** The warm-up round is so many times as long as the others. */
    static final int WARM_UP_ROUNDS = 2;

    private static final Duration TOTAL = Duration.ofSeconds(57);
    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    /** As it is on two cores, with the contenders' JVMs started at once. */
    private static final Duration WORKER = Duration.ofMillis(650);

    /** All contenders at once as well. */
    private static final Duration OPENING = Duration.ofMillis(120);

    /** Each further client of a contender: to open it, and to close it. */
    private static final Duration CLIENT = Duration.ofMillis(120);

    /** What its rehearsal takes longer than a warm-up, and its last operations longer than their rounds. */
    private static final Duration CROWD = Duration.ofMillis(600);

    private static final Duration JMH_FORK = Duration.ofMillis(1500);

    static Budget of(List<? extends Bench> benches) {
        Budget sum = new Budget(0, Duration.ZERO);
        for (Bench bench : benches) {
            Budget one = bench instanceof JvmBench jvm ? of(jvm) : of((RedisBench) bench);
            sum = new Budget(sum.cells + one.cells, sum.overhead.plus(one.overhead));
        }
        return sum;
    }

    private static Budget of(RedisBench bench) {
        int cells = bench.loads().stream()
                .mapToInt(load -> bench.contenders(load).size())
                .sum();
        int crowds = bench.loads().stream()
                .filter(load -> load.kind() == Load.Kind.CROWD)
                .mapToInt(load -> bench.contenders(load).size())
                .sum();
        int furtherClients = bench.loads().stream()
                .mapToInt(load -> (load.clients() - 1) * bench.contenders(load).size())
                .sum();
        int contenders = bench.contenders().size();
        return new Budget(
                cells,
                WORKER.plus(OPENING)
                        .multipliedBy(contenders)
                        .plus(OPENING.multipliedBy(cells))
                        .plus(CROWD.multipliedBy(crowds))
                        .plus(CLIENT.multipliedBy(furtherClients)));
    }

    private static Budget of(JvmBench bench) {
        int methods = (int) Arrays.stream(bench.type().getMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .count();
        return new Budget(methods, JMH_FORK.multipliedBy(methods));
    }

    Duration round(int rounds) {
        if (cells == 0) {
            return SHORTEST;
        }
        Duration round = TOTAL.minus(overhead).dividedBy((long) cells * (rounds + WARM_UP_ROUNDS));
        if (round.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return round.compareTo(LONGEST) > 0 ? LONGEST : round;
    }
}
