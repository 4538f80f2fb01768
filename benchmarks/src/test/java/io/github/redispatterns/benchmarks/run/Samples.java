package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Made-up measurements. */
public final class Samples {

    public static final Load LOAD = Load.threads(16);

    private static final Settings SETTINGS = new Settings(1, 3, Duration.ofMillis(200), Duration.ofMillis(400));

    private Samples() {}

    static Sample of(String library, String configuration, List<Double> ops, List<Long> nanos) {
        String label = configuration.equals(Contender.DEFAULT) ? library : library + ", " + configuration;
        List<Histogram> latencies = nanos.stream()
                .map(each -> {
                    Histogram histogram = new Histogram(3);
                    histogram.recordValue(each);
                    return histogram;
                })
                .toList();
        Sample.Who who = new Sample.Who(label, library, configuration);
        return new Sample(
                who, LOAD, ops, latencies, new Usage(Map.of("get", 1.0), 0.5, 0), Double.NaN, new Footprint(1, 72));
    }

    /** Raw, ours, and a peer in two configurations of which the second is better. */
    static List<Sample> four() {
        return List.of(
                of("raw", "default", List.of(100.0, 110.0, 90.0), List.of(1_000_000L, 1_000_000L, 2_000_000L)),
                of("handle", "default", List.of(150.0, 165.0, 180.0), List.of(500_000L, 800_000L, 1_000_000L)),
                of("peer", "default", List.of(20.0, 20.0, 20.0), List.of(9_000_000L, 9_000_000L, 9_000_000L)),
                of("peer", "pool of 4", List.of(50.0, 55.0, 45.0), List.of(3_000_000L, 3_000_000L, 3_000_000L)));
    }

    public static BenchReport report() {
        List<Row> rows = Rows.of("core/get", four());
        Bench bench = new RedisBench(
                "core/get",
                "How fast?",
                List.of(LOAD),
                List.of(),
                List.of(
                        Bound.opsAtLeast("handle", LOAD, 1.4, "raw"),
                        Bound.p99AtMost("handle", LOAD, 1, "raw"),
                        Bound.opsAtLeast("handle", Load.window(64), 3, "raw")));
        Server server = new Server("Redis 7.0.15", "STANDALONE");
        return new BenchReport(bench, server, SETTINGS, rows, Verdict.of(bench.name(), bench.bounds(), rows), "");
    }

    public static BenchReport failure() {
        BenchReport good = report();
        return new BenchReport(
                good.bench(), good.server(), good.settings(), List.of(), List.of(), "The worker ended with status 7");
    }

    /** All bounds that were measured hold. */
    public static BenchReport fine() {
        BenchReport good = report();
        return new BenchReport(
                good.bench(),
                good.server(),
                good.settings(),
                good.rows(),
                good.verdicts().subList(0, 2),
                "");
    }
}
