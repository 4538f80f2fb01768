package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.equipment.Database;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The stampede: a popular key expires, and all its readers go to the database. */
public final class Stampede implements Experiment {

    private static final int READERS = 1_000;
    private static final int PROCESSES = 4;
    /** What the database is given: shared by all processes, as by the instances of one service. */
    private static final int CONNECTIONS = 50;
    /** Fewer would all find a connection at once. */
    private static final int AT_LEAST = 10 * CONNECTIONS;

    private static final int ROUNDS = 5;
    private static final int QUERY_MILLIS = 50;

    /** Creates the experiment. */
    public Stampede() {}

    @Override
    public String name() {
        return "cache-aside/stampede";
    }

    @Override
    public String question() {
        return "A popular key expires while " + READERS + " clients read it, and its query takes " + QUERY_MILLIS
                + " ms. What reaches the database, and how long do the clients wait?";
    }

    @Override
    public String naive() {
        return "GET; on a miss query the database, then SET with a time to live.";
    }

    @Override
    public String recipe() {
        return "CacheAside.get: in each process one reader goes to Redis for all, and of all processes the one that gets"
                + " the lease goes to the database. The others wait for its value.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int readers = context.load().scaled(READERS, AT_LEAST);
        try (ProductDatabase database = ProductDatabase.start();
                Redis redis = context.open(Context.patient().build())) {
            Product product = database.insert(1, "the one that everybody wants");
            Site site = new Site(context, database, redis, product);
            Pair here = site.one(readers);
            Pair there = site.several(readers / PROCESSES);
            return result(here, there);
        }
    }

    private static Result result(Pair here, Pair there) {
        if (here.naiveLoads() < 2 || there.naiveLoads() < 2) {
            throw new NothingShownException(
                    "The naive cache sent no stampede to the database; a greater --scale makes" + " more readers");
        }
        List<Claim> claims = new ArrayList<>();
        claims.addAll(here.claims());
        claims.addAll(there.claims());
        return new Result(
                here.naiveLoads() + " queries " + here.load() + ", and " + there.naiveLoads() + " " + there.load()
                        + ", where one would do.",
                claims);
    }

    /**
     * One answer under one load, in one round.
     *
     * @param loads costly queries that the database ran
     * @param reading what the readers met with
     */
    private record Measured(long loads, Reading reading) {}

    /** Both answers under the same load, in all rounds. */
    private record Pair(String load, List<Measured> naive, List<Measured> recipe) {

        List<Claim> claims() {
            double naiveP99 = p99Millis(naive);
            return List.of(
                    new Claim("loader calls " + load, loads(naive), loads(recipe), Bound.atMost(1)),
                    new Claim("p99 read time " + load + ", ms", naiveP99, p99Millis(recipe), Bound.atMost(naiveP99)),
                    new Claim("wrong values " + load, wrong(naive), wrong(recipe), Bound.atMost(0)));
        }

        long naiveLoads() {
            return loads(naive);
        }

        /** In the worst round. */
        private static long loads(List<Measured> rounds) {
            return rounds.stream().mapToLong(Measured::loads).max().orElseThrow();
        }

        /** Of the median round: what else the machine does for a moment spoils one round, not the comparison. */
        private static double p99Millis(List<Measured> rounds) {
            return rounds.stream()
                    .map(round -> round.reading().p99Millis())
                    .sorted()
                    .skip(rounds.size() / 2)
                    .findFirst()
                    .orElseThrow();
        }

        private static long wrong(List<Measured> rounds) {
            return rounds.stream().mapToLong(round -> round.reading().wrong()).sum();
        }
    }

    /** What all measurements have in common. */
    private record Site(Context context, ProductDatabase database, Redis redis, Product product) {

        Pair one(int readers) throws Exception {
            try (Fleet fleet = Fleet.here(setup("one", CONNECTIONS, database.local()))) {
                return both("for " + readers + " concurrent readers", "one", fleet, readers);
            }
        }

        Pair several(int readersEach) throws Exception {
            context.progress().at("starting " + PROCESSES + " JVMs");
            try (Fleet fleet =
                    Fleet.processes(PROCESSES, setup("several", CONNECTIONS / PROCESSES, database.remote()))) {
                String load = "for " + PROCESSES + " JVMs x " + readersEach + " concurrent readers";
                return both(load, "several", fleet, readersEach);
            }
        }

        private Service.Setup setup(String part, int connections, Database.Access access) {
            return new Service.Setup(
                    context.deployment().topology(),
                    context.deployment().uris(),
                    path(part),
                    access,
                    connections,
                    QUERY_MILLIS,
                    product);
        }

        private List<String> path(String part) {
            List<String> path = new ArrayList<>(context.keyPath());
            path.add(part);
            return path;
        }

        /** The answers take turns, so that neither has the machine's better moments to itself. */
        private Pair both(String load, String part, Fleet fleet, int readersEach) throws Exception {
            List<Measured> naive = new ArrayList<>();
            List<Measured> recipe = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                context.progress().at("round " + (round + 1) + " of " + ROUNDS + " " + load);
                naive.add(measure(part, fleet, Answer.NAIVE, readersEach));
                recipe.add(measure(part, fleet, Answer.RECIPE, readersEach));
            }
            return new Pair(load, naive, recipe);
        }

        private Measured measure(String part, Fleet fleet, Answer answer, int readersEach) throws Exception {
            String key = answer.cache(redis, Context.keys(path(part))).key(product.id());
            fleet.read(answer, 1);
            fleet.read(answer, readersEach); // the popular key is in the cache, and all is warm; then it expires
            expire(key);
            long before = database.queries();
            Reading reading = fleet.read(answer, readersEach);
            return new Measured(database.queries() - before, reading);
        }

        private void expire(String key) {
            redis.execute(commands -> commands.pexpire(key, 1));
            while (redis.<Long>execute(commands -> commands.exists(key)) > 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }
}
