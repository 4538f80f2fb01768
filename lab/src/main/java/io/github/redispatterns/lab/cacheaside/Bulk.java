package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.testkit.FaultProxies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The page of many products: N + 1 round trips and queries, or a few. */
public final class Bulk implements Experiment {

    private static final int PRODUCTS = 100;
    private static final int MISSING = 50;
    private static final int QUERY_MILLIS = 10;
    private static final int ROUND_TRIP_MILLIS = 10;
    private static final int ROUNDS = 5;
    /** Three are needed, for the look, the leases and the fills; the rest is for the work that a hundred keys make. */
    private static final int MOST_ROUND_TRIPS = 10;

    /** By how much the recipe must be faster, once its query is counted too. */
    private static final int MOST_SHARE = 5;

    /** Of two pages that overlap: how many products they have in common, and how many different ones there are. */
    private static final int COMMON = 50;

    private static final int TWO_PAGES = 2 * PRODUCTS - COMMON;

    /** Creates the experiment. */
    public Bulk() {}

    @Override
    public String name() {
        return "cache-aside/bulk";
    }

    @Override
    public String question() {
        return "A page shows " + PRODUCTS + " products, " + MISSING + " of them are not in the cache, and Redis is "
                + ROUND_TRIP_MILLIS + " ms away. How often is it waited for, and how often is the database asked?";
    }

    @Override
    public String naive() {
        return "Read them one by one in a loop.";
    }

    @Override
    public String recipe() {
        return "CacheAside.getAll: one look at all keys, all leases at once, one query for those it got, all fills at"
                + " once. It sends no fewer commands for what is missing; it waits for them together.";
    }

    @Override
    public Result run(Context context) throws Exception {
        try (ProductDatabase database = ProductDatabase.start();
                Products products = new Products(database.local(), 2, QUERY_MILLIS);
                FaultProxies proxies = FaultProxies.of(context.deployment())) {
            database.insertNumbered(2 * PRODUCTS);
            RedisOptions options =
                    Context.patient().clientResources(proxies.clientResources()).build();
            try (Redis here = context.open(options);
                    Redis there = context.open(options)) {
                return new Shop(context, products, here, there).result(proxies);
            }
        }
    }

    /** How a page gets its products. */
    private interface Pager extends AutoCloseable {

        Map<String, Product> read(Set<String> ids, CountingLoader loader) throws Exception;

        ProductCache cache();

        @Override
        default void close() {
            cache().close();
        }
    }

    private record OneByOne(ProductCache cache) implements Pager {

        @Override
        public Map<String, Product> read(Set<String> ids, CountingLoader loader) throws Exception {
            Map<String, Product> page = new HashMap<>();
            for (String id : ids) {
                page.put(id, cache.get(Long.parseLong(id), loader::load));
            }
            return page;
        }
    }

    private record AllAtOnce(RecipeCache cache) implements Pager {

        @Override
        public Map<String, Product> read(Set<String> ids, CountingLoader loader) {
            return cache.getAll(ids, loader);
        }
    }

    /**
     * One page, or two at the same time.
     *
     * @param queries how many they sent to the database
     * @param rows how many it gave them
     * @param redisMillis how long was waited for Redis, ms
     * @param millis how long it took in all, ms
     * @param wrong products that are not the database's
     */
    private record Measured(long queries, long rows, double redisMillis, double millis, long wrong) {

        Measured plus(Measured other) {
            return new Measured(
                    queries + other.queries,
                    rows + other.rows,
                    redisMillis + other.redisMillis,
                    Math.max(millis, other.millis),
                    wrong + other.wrong);
        }
    }

    private record Shop(Context context, Products products, Redis here, Redis there) {

        Result result(FaultProxies proxies) throws Exception {
            proxies.delay(Duration.ofMillis(ROUND_TRIP_MILLIS).dividedBy(2));
            context.progress().at("a page, one by one");
            Measured naive = page(Answer.NAIVE, "page");
            context.progress().at("a page, all at once");
            List<Measured> rounds = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                rounds.add(page(Answer.RECIPE, "page " + round));
            }
            proxies.delay(Duration.ZERO);
            context.progress().at("two pages at once");
            Measured naives = twoPages(Answer.NAIVE);
            Measured recipes = twoPages(Answer.RECIPE);
            return result(naive, rounds, naives, recipes);
        }

        private static Result result(Measured naive, List<Measured> rounds, Measured naives, Measured recipes) {
            if (naive.queries() <= 1) {
                throw new NothingShownException("The loop needed no more than one query");
            }
            return new Result(
                    naive.queries() + " queries and " + naive.millis() + " ms for one page.",
                    List.of(
                            new Claim(
                                    "queries for a page",
                                    naive.queries(),
                                    rounds.stream()
                                            .mapToLong(Measured::queries)
                                            .max()
                                            .orElseThrow(),
                                    Bound.atMost(1)),
                            new Claim(
                                    "waiting for Redis for a page, " + ROUND_TRIP_MILLIS + " ms away, ms",
                                    naive.redisMillis(),
                                    least(rounds, Measured::redisMillis),
                                    Bound.atMost(MOST_ROUND_TRIPS * ROUND_TRIP_MILLIS)),
                            new Claim(
                                    "time of a page, ms",
                                    naive.millis(),
                                    least(rounds, Measured::millis),
                                    Bound.atMost(tenths(naive.millis() / MOST_SHARE))),
                            new Claim(
                                    "rows loaded for two pages at once of " + TWO_PAGES + " products",
                                    naives.rows(),
                                    recipes.rows(),
                                    Bound.atMost(TWO_PAGES)),
                            new Claim(
                                    "queries for two pages at once",
                                    naives.queries(),
                                    recipes.queries(),
                                    Bound.atMost(2)),
                            new Claim(
                                    "wrong values",
                                    naive.wrong() + naives.wrong(),
                                    rounds.stream().mapToLong(Measured::wrong).sum() + recipes.wrong(),
                                    Bound.atMost(0))));
        }

        /** Whatever else the machine does for a moment only makes a round slower. */
        private static double least(List<Measured> rounds, ToDoubleFunction<Measured> what) {
            return rounds.stream().mapToDouble(what).min().orElseThrow();
        }

        private Measured page(Answer answer, String part) throws Exception {
            try (Pager pager = pager(answer, here, part)) {
                Window window = new Window();
                for (int id = MISSING; id < PRODUCTS; id++) {
                    Product product = ProductDatabase.numbered(id);
                    window.add(() -> pager.cache().putAsync(product));
                }
                window.finish();
                return measure(pager, ids(0, PRODUCTS));
            }
        }

        /** Read in two processes, by each answer in the order of the ids: what they have in common comes first. */
        private Measured twoPages(Answer answer) throws Exception {
            CyclicBarrier line = new CyclicBarrier(2);
            ExecutorService processes = Executors.newFixedThreadPool(2);
            try (Pager one = pager(answer, here, "two pages");
                    Pager other = pager(answer, there, "two pages")) {
                Set<String> ids = ids(0, COMMON);
                ids.addAll(ids(PRODUCTS, TWO_PAGES));
                Future<Measured> ours = processes.submit(() -> {
                    line.await();
                    return measure(one, ids(0, PRODUCTS));
                });
                Future<Measured> theirs = processes.submit(() -> {
                    line.await();
                    return measure(other, ids);
                });
                return ours.get().plus(theirs.get());
            } finally {
                processes.shutdownNow();
            }
        }

        private Measured measure(Pager pager, Set<String> ids) throws Exception {
            CountingLoader loader = new CountingLoader(products);
            long begin = System.nanoTime();
            Map<String, Product> page = pager.read(ids, loader);
            long nanos = System.nanoTime() - begin;
            long wrong = ids.stream()
                    .filter(id -> !ProductDatabase.numbered(Long.parseLong(id)).equals(page.get(id)))
                    .count();
            return new Measured(loader.queries(), loader.rows(), millis(nanos - loader.nanos()), millis(nanos), wrong);
        }

        private Pager pager(Answer answer, Redis redis, String part) {
            KeySpace keys = context.keys().child(part);
            return switch (answer) {
                case NAIVE -> new OneByOne(new NaiveCache(redis, keys));
                case RECIPE -> new AllAtOnce(new RecipeCache(redis, keys));
            };
        }

        private static Set<String> ids(int from, int to) {
            return IntStream.range(from, to)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        }

        private static double millis(long nanos) {
            return tenths(nanos / (double) TimeUnit.MILLISECONDS.toNanos(1));
        }

        private static double tenths(double number) {
            return Math.round(number * 10) / 10.0;
        }
    }
}
