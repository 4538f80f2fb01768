package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The refresh: a hot key expires again and again, and somebody has to wait for its slow query, or nobody. */
public final class Refresh implements Experiment {

    private static final int PROCESSES = 4;
    private static final int READERS = 16;
    /** How much later each read of one reader begins than the one before. */
    private static final Duration PACE = Duration.ofMillis(20);

    private static final int QUERY_MILLIS = 50;
    /** Much longer than the query, or XFetch would load all the time; short enough that 2 in 100 reads meet its end. */
    private static final Duration TTL = Duration.ofMillis(800);

    private static final Duration LATEST = Duration.ofSeconds(30);
    private static final int EXPIRIES = 6;
    private static final int AT_LEAST = 3;
    /** Two loads that begin so close to one another are for one and the same expiry. */
    private static final Duration TOGETHER = Duration.ofMillis(2 * QUERY_MILLIS);

    /** Creates the experiment. */
    public Refresh() {}

    @Override
    public String name() {
        return "cache-aside/refresh";
    }

    @Override
    public String question() {
        return "A hot key is read by " + READERS + " clients of " + PROCESSES + " processes, its query takes "
                + QUERY_MILLIS + " ms, and its time to live ends every " + TTL.toMillis()
                + " ms. How long do they wait at that moment, and how many of them query?";
    }

    @Override
    public String naive() {
        return "SET with the time to live: when it ends, whoever reads queries.";
    }

    @Override
    public String recipe() {
        return "CacheAside with softTtl (stale while revalidate): one reader in the fleet has it loaded anew in the"
                + " background, the others get the old value. With earlyRefresh(1) (XFetch): so, but before it ends.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int expiries = context.load().scaled(EXPIRIES, AT_LEAST);
        CacheAsideOptions revalidate =
                CacheAsideOptions.builder(LATEST).softTtl(TTL).build();
        CacheAsideOptions xfetch =
                CacheAsideOptions.builder(TTL).earlyRefresh(1).build();
        try (Team naive = Team.of(context, "naive", (redis, keys) -> new NaiveCache(redis, keys, TTL));
                Team stale = Team.of(context, "stale", (redis, keys) -> new RecipeCache(redis, keys, revalidate));
                Team early = Team.of(context, "early", (redis, keys) -> new RecipeCache(redis, keys, xfetch))) {
            List<Team> all = List.of(naive, stale, early);
            for (Team team : all) {
                team.warmUp();
            }
            context.progress().at("reading through " + expiries + " expiries");
            for (Team team : all) {
                team.begin();
            }
            Thread.sleep(expiries * TTL.plusMillis(QUERY_MILLIS).toMillis());
            all.forEach(Team::end);
            return result(expiries, naive, stale, early);
        }
    }

    private static Result result(int expiries, Team naive, Team stale, Team early) {
        double naiveP99 = naive.reading().p99Millis();
        if (naiveP99 < QUERY_MILLIS) {
            throw new NothingShownException("Of the naive cache's reads 99 in 100 took less than the query");
        }
        List<Claim> claims = new ArrayList<>();
        claims.addAll(claims("stale while revalidate", expiries, naive, stale));
        claims.addAll(claims("XFetch", expiries, naive, early));
        return new Result(
                naive.log().mostWithin(TOGETHER) + " queries for one expiry, and a p99 of " + naiveP99 + " ms.",
                claims);
    }

    private static List<Claim> claims(String how, int expiries, Team naive, Team team) {
        return List.of(
                new Claim(
                        "p99 read time, " + how + ", ms",
                        naive.reading().p99Millis(),
                        team.reading().p99Millis(),
                        Bound.atMost(QUERY_MILLIS / 2)),
                new Claim(
                        "queries for one expiry, " + how,
                        naive.log().mostWithin(TOGETHER),
                        team.log().mostWithin(TOGETHER),
                        Bound.atMost(1)),
                new Claim(
                        "queries at once, " + how,
                        naive.log().mostAtOnce(),
                        team.log().mostAtOnce(),
                        Bound.atMost(1)),
                new Claim("refreshes, " + how, null, team.log().queries() - 1, Bound.atLeast(expiries / 2)),
                new Claim(
                        "wrong values, " + how,
                        naive.reading().wrong(),
                        team.reading().wrong(),
                        Bound.atMost(0)));
    }

    /** The processes of one answer, with a database of their own, so that all answers can run at the same time. */
    private static final class Team implements AutoCloseable {

        private final ProductDatabase database = ProductDatabase.start();
        private final Products products;
        private final Product product;
        private final List<Redis> handles = new ArrayList<>();
        private final List<ProductCache> caches = new ArrayList<>();
        private final long seed;
        private @Nullable Traffic traffic;
        private Tally tally = new Tally();

        private Team(Context context) throws SQLException {
            products = new Products(database.local(), READERS, QUERY_MILLIS);
            product = database.insert(1, "the one that everybody wants");
            seed = context.load().seed();
        }

        static Team of(Context context, String name, BiFunction<Redis, KeySpace, ProductCache> cache)
                throws SQLException {
            Team team = new Team(context);
            for (int i = 0; i < PROCESSES; i++) {
                Redis handle = context.open(Context.patient().build());
                team.handles.add(handle);
                team.caches.add(cache.apply(handle, context.keys().child(name)));
            }
            return team;
        }

        /** From here on the key is in the cache. */
        void warmUp() throws Exception {
            for (ProductCache cache : caches) {
                cache.get(product.id(), key -> products.load(product.id()));
            }
        }

        void begin() {
            Traffic begun = new Traffic(
                    READERS,
                    PACE,
                    seed,
                    (reader, random) -> caches.get(reader % PROCESSES)
                            .get(product.id(), key -> products.load(product.id()))
                            .equals(product));
            tally = begun.tally();
            traffic = begun;
        }

        void end() {
            if (traffic != null) {
                traffic.close();
            }
        }

        Reading reading() {
            return tally.reading();
        }

        QueryLog log() {
            return database.log();
        }

        @Override
        public void close() throws SQLException {
            end();
            caches.forEach(ProductCache::close);
            handles.forEach(Redis::close);
            products.close();
            database.close();
        }
    }
}
