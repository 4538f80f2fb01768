package io.github.redispatterns.lab.cacheaside;

import static java.util.Objects.requireNonNull;

import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.cacheaside.Loader;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The outage: Redis is killed or frozen, and the database is to bear what the cache has borne. */
public final class RedisDown implements Experiment {

    private static final int READERS = 64;
    private static final int PRODUCTS = 100;
    private static final Duration PACE = Duration.ofMillis(20);
    private static final int QUERY_MILLIS = 20;
    private static final int MOST_LOADS = 16;

    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Duration BREAKER_WINDOW = Duration.ofMillis(500);
    private static final Duration OUTAGE = Duration.ofMillis(1_750);
    /** After this everybody has met with the first timeout. */
    private static final Duration FIRST_TIMEOUTS = TIMEOUT.plusMillis(150);

    /** One timeout, and its turn to load; never two timeouts. */
    private static final Bound MOST_READ_TIME =
            Bound.atMost(TIMEOUT.multipliedBy(2).toMillis());

    private static final Duration CONNECTING = Duration.ofSeconds(15);

    /**
     * What happens to Redis, as its clients see it: it is done to a proxy before each server, so that it can be done to a
     * server that is not ours, and on every topology.
     */
    private enum Fault {
        /** As by kill -9: every connection is reset, and each new one too. */
        KILLED(OUTAGE.plus(BREAKER_WINDOW).plus(TIMEOUT)) { // Lettuce doubles its time between tries to connect
            @Override
            void begin(FaultProxies proxies) {
                proxies.cutBy(Cut.RESET);
                proxies.refuse();
            }
        },
        /** As by SIGSTOP: connections stand and new ones are accepted, and nothing is answered. */
        FROZEN(BREAKER_WINDOW.plus(TIMEOUT.multipliedBy(2))) {
            @Override
            void begin(FaultProxies proxies) {
                proxies.halfOpen();
            }
        };

        private final Duration mostRecovery;

        Fault(Duration mostRecovery) {
            this.mostRecovery = mostRecovery;
        }

        abstract void begin(FaultProxies proxies);

        /** How long it may take until reads are hits again. */
        Duration mostRecovery() {
            return mostRecovery;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Creates the experiment. */
    public RedisDown() {}

    @Override
    public String name() {
        return "cache-aside/redis-down";
    }

    @Override
    public String question() {
        return "Redis is killed, or freezes, while " + READERS + " clients read " + PRODUCTS
                + " products that it holds. What do they see, and what reaches the database?";
    }

    @Override
    public String naive() {
        return "Catch the exception and query the database.";
    }

    @Override
    public String recipe() {
        return "CacheAside: after the first timeout a breaker leaves Redis alone for " + BREAKER_WINDOW.toMillis()
                + " ms at a time, and maxBypassLoads(" + MOST_LOADS + ") is all that the database gets at once.";
    }

    @Override
    public Result run(Context context) throws Exception {
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(30))
                .maxBypassLoads(MOST_LOADS)
                .breakerWindow(BREAKER_WINDOW)
                .build();
        try (FaultProxies proxies = FaultProxies.of(context.deployment());
                Redis naiveRedis = context.open(impatient(proxies));
                Redis recipeRedis = context.open(impatient(proxies));
                ProductCache naiveCache = new NaiveCache(naiveRedis, context.keys());
                ProductCache recipeCache = new RecipeCache(recipeRedis, context.keys(), options);
                Shop naive =
                        new Shop(naiveCache, RedisDown::orQuery, context.load().seed());
                Shop recipe =
                        new Shop(recipeCache, ProductCache::get, context.load().seed())) {
            List<Outages> all = new ArrayList<>();
            for (Fault fault : Fault.values()) {
                context.progress().at(fault + " for " + OUTAGE.toMillis() + " ms");
                all.add(go(fault, proxies, naive, recipe));
            }
            naive.endTraffic();
            recipe.endTraffic();
            return result(all);
        }
    }

    /** Both answers meet with the same outage at the same time. */
    private static Outages go(Fault fault, FaultProxies proxies, Shop naive, Shop recipe) throws InterruptedException {
        Outages outages = new Outages(fault, naive.outage(), recipe.outage());
        List<Outage> both = List.of(outages.naive(), outages.recipe());
        fault.begin(proxies);
        Thread.sleep(FIRST_TIMEOUTS.toMillis());
        both.forEach(Outage::timeoutsAreOver);
        Thread.sleep(OUTAGE.minus(FIRST_TIMEOUTS).toMillis());
        both.forEach(Outage::ends);
        long end = System.nanoTime();
        proxies.restore();
        both.forEach(outage -> outage.awaitRecovery(end));
        return outages;
    }

    private static RedisOptions impatient(FaultProxies proxies) {
        return RedisOptions.builder()
                .commandTimeout(TIMEOUT)
                .connectTimeout(CONNECTING)
                .clientResources(proxies.clientResources())
                .build();
    }

    private static Product orQuery(ProductCache cache, long id, Loader<Product> loader) throws Exception {
        try {
            return cache.get(id, loader);
        } catch (PatternsException e) {
            return requireNonNull(loader.load(Long.toString(id)));
        }
    }

    private static Result result(List<Outages> all) {
        all.forEach(Outages::requireNaiveFailure);
        return new Result(
                "Every read waits for the timeout of " + TIMEOUT.toMillis() + " ms and then queries: "
                        + all.stream().map(Outages::naiveFailure).collect(Collectors.joining("; ")) + ".",
                all.stream().flatMap(outages -> outages.claims().stream()).toList());
    }

    /** What both answers met with in one outage. */
    private record Outages(Fault fault, Outage naive, Outage recipe) {

        void requireNaiveFailure() {
            if (naive.mostAtOnce() <= MOST_LOADS && naive.p99Millis() < TIMEOUT.toMillis()) {
                throw new NothingShownException("While Redis was " + fault + ", the naive readers neither waited nor"
                        + " sent more than " + naive.mostAtOnce() + " queries at once to the database");
            }
        }

        String naiveFailure() {
            return fault + ", up to " + naive.mostAtOnce() + " queries at once and a p99 of " + naive.p99Millis()
                    + " ms";
        }

        List<Claim> claims() {
            return List.of(
                    new Claim(
                            "queries at once, Redis " + fault,
                            naive.mostAtOnce(),
                            recipe.mostAtOnce(),
                            Bound.atMost(MOST_LOADS)),
                    new Claim(
                            "failed or wrong reads, Redis " + fault,
                            naive.failures(),
                            recipe.failures(),
                            Bound.atMost(0)),
                    new Claim(
                            "longest read, Redis " + fault + ", ms",
                            naive.longestMillis(),
                            recipe.longestMillis(),
                            MOST_READ_TIME),
                    new Claim(
                            "p99 read time after the first timeouts, Redis " + fault + ", ms",
                            naive.p99Millis(),
                            recipe.p99Millis(),
                            Bound.atMost(TIMEOUT.toMillis())),
                    new Claim(
                            "time until all reads are hits again, Redis no longer " + fault + ", ms",
                            naive.recoveryMillis(),
                            recipe.recoveryMillis(),
                            Bound.atMost(fault.mostRecovery().toMillis())));
        }
    }

    /** One answer, with a database of its own and its readers. */
    private static final class Shop implements AutoCloseable {

        /** How a product is read. */
        interface Get {
            Product get(ProductCache cache, long id, Loader<Product> loader) throws Exception;
        }

        private final ProductDatabase database = ProductDatabase.start();
        private final Products products = new Products(database.local(), READERS, QUERY_MILLIS);
        private final ProductCache cache;
        private final Get get;
        private final Traffic traffic;

        Shop(ProductCache cache, Get get, long seed) throws Exception {
            this.cache = cache;
            this.get = get;
            database.insertNumbered(PRODUCTS);
            for (int id = 0; id < PRODUCTS; id++) {
                Sync.await(cache.putAsync(ProductDatabase.numbered(id)));
            }
            traffic = new Traffic(READERS, PACE, seed, (reader, random) -> isRight(random.nextInt(PRODUCTS)));
        }

        private boolean isRight(long id) throws Exception {
            return get.get(cache, id, key -> products.load(id)).equals(ProductDatabase.numbered(id));
        }

        Outage outage() {
            return new Outage(traffic, database.log());
        }

        void endTraffic() {
            traffic.close();
        }

        @Override
        public void close() throws SQLException {
            traffic.close();
            products.close();
            database.close();
        }
    }
}
