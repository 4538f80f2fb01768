package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.drive.Round;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects the rounds of one contender under one load. */
final class Cell {

    /** What a library does now and then, such as a ping, is not part of an operation. */
    private static final double NEGLIGIBLE = 0.005;

    private final Sample.Who who;
    private final Load load;
    private final List<Round> rounds = new ArrayList<>();
    private CommandStats stats = CommandStats.NONE;
    private Shares shares = Shares.NONE;

    Cell(Sample.Who who, Load load) {
        this.who = who;
        this.load = load;
    }

    void add(Round round, CommandStats during) {
        rounds.add(round);
        stats = stats.plus(during);
        if (load.isContended()) {
            shares = shares.plus(round.shares());
        }
    }

    Sample sample(@Nullable Footprint footprint) {
        return new Sample(
                who,
                load,
                rounds.stream().map(Round::opsPerSecond).toList(),
                rounds.stream().map(Round::latencies).toList(),
                usage(),
                shares.unevenness(),
                footprint);
    }

    private Usage usage() {
        long operations = rounds.stream().mapToLong(Round::operations).sum();
        long loads = rounds.stream().mapToLong(Round::loads).sum();
        Map<String, Double> calls = new TreeMap<>();
        stats.calls().forEach((command, count) -> {
            double each = (double) count / operations;
            if (each >= NEGLIGIBLE) {
                calls.put(command, each);
            }
        });
        return new Usage(calls, stats.reads() / operations, (double) loads / operations);
    }
}
