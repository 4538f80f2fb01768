package io.github.redispatterns.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.catalog.Catalog;
import io.github.redispatterns.benchmarks.drive.Driver;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.BenchRunner;
import io.github.redispatterns.benchmarks.run.BenchServer;
import io.github.redispatterns.benchmarks.run.Footprint;
import io.github.redispatterns.benchmarks.run.Row;
import io.github.redispatterns.benchmarks.run.Settings;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import io.github.redispatterns.benchmarks.worker.Workers;
import io.github.redispatterns.testkit.Provider;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.Topology;
import java.io.BufferedReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Short runs, from end to end. */
class BenchIT {

    /** One of its own, as a run has: it is looked at for keys that were left behind, and emptied. */
    private static RedisDeployment redis;

    private static final Settings SHORT = new Settings(2, 3, Duration.ofMillis(150), Duration.ofMillis(600));
    private static final Settings SHORTEST = new Settings(1, 5, Duration.ofMillis(20), Duration.ofMillis(20));

    /** Every test looks at the same run of it. */
    private static BenchReport race;

    @BeforeAll
    static void runTheRace() {
        redis = RedisDeployment.builder(Topology.STANDALONE)
                .provider(Provider.EMBEDDED)
                .start();
        race = run(FakeWorkerMain.class, FakeBenches.race(), SHORT);
        assertThat(race.error()).isEmpty();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(workers(ProcessHandle.current())).isEmpty();
        long keys = redis.nodes().get(0).call(commands -> commands.dbsize());
        assertThat(keys).isZero();
    }

    /** Twenty, so that they stay apart on a machine that does much else; contenders that were mixed up would not. */
    @Test
    void twentyRoundTripsAreSlowerThanOne() {
        Row twentyfold = row(race, "twentyfold", Load.threads(1));
        Row raw = row(race, "raw", Load.threads(1));
        assertThat(raw.ratios().get("twentyfold").ops()).isGreaterThan(1.5);
        assertThat(twentyfold.ratios().get("raw").ops()).isLessThan(1 / 1.5);
        assertThat(twentyfold.ratios().get("raw").p99()).isPositive();
        assertThat(twentyfold.latency().p50Micros())
                .isGreaterThan(1.5 * raw.latency().p50Micros());
    }

    @Test
    void aRowIsComplete() {
        assertThat(race.rows()).hasSize(5).allSatisfy(row -> {
            assertThat(row.rounds()).isEqualTo(6);
            assertThat(row.ops().min()).isPositive();
            assertThat(row.ops().median()).isBetween(row.ops().min(), row.ops().max());
            assertThat(row.latency().p50Micros())
                    .isPositive()
                    .isLessThanOrEqualTo(row.latency().p99Micros());
            assertThat(row.latency().maxMicros())
                    .isGreaterThanOrEqualTo(row.latency().p99Micros());
        });
        for (Load load : FakeBenches.race().loads()) {
            assertThat(row(race, "raw", load).usage().calls()).isEqualTo(Map.of("get", 1.0));
        }
        assertThat(row(race, "twentyfold", Load.threads(1)).usage().calls()).isEqualTo(Map.of("get", 20.0));
        assertThat(row(race, "twentyfold", Load.window(8)).usage().calls()).isEqualTo(Map.of("get", 20.0));
        // a lone caller who waits is read for each of its round trips
        assertThat(row(race, "raw", Load.threads(1)).usage().reads()).isCloseTo(1, within(0.01));
        assertThat(row(race, "twentyfold", Load.threads(1)).usage().reads()).isCloseTo(20, within(0.2));
        assertThat(row(race, "raw", Load.batch(16)).usage().reads()).isLessThan(0.5);
        Footprint footprint = row(race, "raw", Load.threads(1)).footprint();
        assertThat(footprint.keys()).isEqualTo(1);
        assertThat(footprint.bytes()).isGreaterThan(100);
        assertThat(row(race, "twentyfold", Load.threads(1)).footprint()).isEqualTo(new Footprint(0, 0));
    }

    @Test
    void whatACrowdDoesIsCountedPerOperation() {
        BenchReport report = run(FakeWorkerMain.class, FakeBenches.crowd(), SHORTEST);
        assertThat(report.error()).isEmpty();
        Row row = row(report, "raw", Load.crowd(3));
        assertThat(row.usage().calls()).isEqualTo(Map.of("ping", 3.0));
        assertThat(row.usage().loads()).isEqualTo(3.0);
        assertThat(row.usage().reads()).isBetween(1.0, 3.0); // they share a connection
        assertThat(row.latency().p50Micros()).isPositive();
    }

    @Test
    void aWorkerThatDiesIsTold() {
        assertThat(run(FakeWorkerMain.class, FakeBenches.dies(), SHORTEST).error())
                .isEqualTo("The worker of fake/dies, broken ended with status 7");
    }

    @Test
    void anOperationThatFailsIsTold() {
        assertThat(run(FakeWorkerMain.class, FakeBenches.fails(), SHORTEST).error())
                .startsWith("The worker of fake/fails, broken failed: IllegalStateException: The hundredth");
    }

    /** An evicted key must not make a bench measure misses. */
    @TestFactory
    Stream<DynamicTest> anEntryThatIsGoneEndsTheRun() {
        return Stream.of("core/get", "cache-aside/get-all")
                .map(name -> (RedisBench) bench(name))
                .flatMap(bench -> bench.loads().stream()
                        .flatMap(load -> bench.contenders(load).stream()
                                .map(contender -> DynamicTest.dynamicTest(
                                        bench.name() + ", " + load + ", " + bench.label(contender),
                                        () -> failsOnMisses(contender, load)))));
    }

    private static void failsOnMisses(Contender contender, Load load) throws Exception {
        Place place = new Place(redis.uri(), "evicted", load.threads(), load.clients());
        try (Subject subject = contender.factory().open(place);
                Driver driver = Driver.of(load, subject)) {
            redis.nodes().get(0).call(commands -> commands.flushall());
            assertThatThrownBy(() -> driver.run(SHORTEST.round())).hasStackTraceContaining("The entry was not there");
        }
    }

    @Test
    void workersEndWithTheirParent() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FakeParentMain.class.getName(),
                        redis.uri())
                .redirectError(Redirect.INHERIT)
                .start();
        try (BufferedReader says = parent.inputReader(StandardCharsets.UTF_8)) {
            String line;
            do {
                line = says.readLine();
                assertThat(line).isNotNull();
            } while (!line.contains("warming up"));
            List<ProcessHandle> workers = workers(parent.toHandle());
            assertThat(workers).hasSize(2);
            parent.destroyForcibly().waitFor();
            for (ProcessHandle worker : workers) {
                assertThat(worker.onExit().get(10, TimeUnit.SECONDS).isAlive()).isFalse();
            }
        } finally {
            parent.destroyForcibly().waitFor();
            redis.nodes().get(0).call(commands -> commands.flushall()); // nobody was left to delete its keys
        }
    }

    /**
     * So that a contender that does not work is found by a build, not by the next full run. Here in one JVM: that each gets
     * one of its own is another test's business, and would take most of the time.
     */
    @TestFactory
    Stream<DynamicTest> everyContenderRuns() {
        return redisBenches()
                .flatMap(bench -> loads(bench).stream()
                        .flatMap(load -> bench.contenders(load).stream()
                                .map(contender -> DynamicTest.dynamicTest(
                                        bench.name() + ", " + load + ", " + bench.label(contender),
                                        () -> runs(contender, load)))));
    }

    private static void runs(Contender contender, Load load) throws Exception {
        try {
            Place place = new Place(redis.uri(), "runs", load.threads(), load.clients());
            try (Subject subject = contender.factory().open(place);
                    Driver driver = Driver.of(load, subject)) {
                assertThat(driver.run(SHORTEST.round()).operations()).isPositive();
            }
            Place alone = new Place(redis.uri(), "populated", 1, 1);
            try (Subject subject = contender.factory().open(alone)) {
                subject.populate();
            }
        } finally {
            redis.nodes().get(0).call(commands -> commands.flushall());
        }
    }

    private static Stream<RedisBench> redisBenches() {
        return Catalog.all().benches().stream()
                .filter(RedisBench.class::isInstance)
                .map(RedisBench.class::cast);
    }

    /** One of each kind: more threads run the same code. */
    private static Collection<Load> loads(RedisBench bench) {
        Map<Load.Kind, Load> loads = new LinkedHashMap<>();
        bench.loads().forEach(load -> loads.putIfAbsent(load.kind(), load));
        return loads.values();
    }

    /** With workers, each contender is looked up by what rows call it. */
    @Test
    void contendersAreFoundByTheirLabels() {
        assertThat(redisBenches())
                .allSatisfy(bench -> assertThat(bench.contenders())
                        .allSatisfy(contender -> assertThat(bench.contender(bench.label(contender)))
                                .isSameAs(contender)));
    }

    @TestFactory
    Stream<DynamicTest> everyBenchInsideOneJvmRuns() {
        return Catalog.all().benches().stream()
                .filter(bench -> !(bench instanceof RedisBench))
                .map(bench -> DynamicTest.dynamicTest(
                        bench.name(),
                        () -> assertThat(run(WorkerMain.class, bench, SHORTEST).error())
                                .isEmpty()));
    }

    @Test
    void whatIsInsideOneJvmIsMeasuredByJmh() {
        BenchReport report = run(WorkerMain.class, bench("near-cache/hit"), SHORTEST);
        assertThat(report.error()).isEmpty();
        Row caffeine = row(report, "caffeine", Load.threads(1));
        assertThat(caffeine.rounds()).isEqualTo(5);
        assertThat(caffeine.ops().median()).isBetween(1e5, 1e10);
        assertThat(caffeine.latency()).isNull();
        assertThat(caffeine.footprint()).isNull();
    }

    private static Bench bench(String name) {
        return Catalog.all().pick(List.of(name)).get(0).benches().get(0);
    }

    private static BenchReport run(Class<?> main, Bench bench, Settings settings) {
        try (BenchServer server = new BenchServer(redis)) {
            return new BenchRunner(server, new Workers(main), what -> {}).run(bench, settings);
        }
    }

    private static Row row(BenchReport report, String label, Load load) {
        return report.rows().stream()
                .filter(each -> each.label().equals(label) && each.load().equals(load))
                .findFirst()
                .orElseThrow();
    }

    private static List<ProcessHandle> workers(ProcessHandle of) {
        return of.descendants()
                .filter(each -> each.info().commandLine().orElse("").contains("-Drecipes.worker="))
                .toList();
    }
}
