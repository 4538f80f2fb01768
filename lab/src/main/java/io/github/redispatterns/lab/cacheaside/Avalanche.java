package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.cacheaside.Loader;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The avalanche: keys that were written together expire together. */
public final class Avalanche implements Experiment {

    private static final int PRODUCTS = 10_000;
    /** Of fewer, chance would decide how many expire within the time that is looked at. */
    private static final int AT_LEAST = 4_000;

    private static final Duration TTL = Duration.ofSeconds(7);
    private static final double JITTER = 0.9;
    /** The time in which entries of the recipe expire. */
    private static final Duration SPREAD = Duration.ofMillis((long) (TTL.toMillis() * JITTER));

    /** What was loaded anew is not to expire in its turn while the first wave is measured. */
    private static final Duration RELOADED_TTL = Duration.ofHours(1);

    private static final Duration PEAK = Duration.ofMillis(100);
    /** Long enough that it does not matter how many queries this machine can make in it. */
    private static final Duration BUSIEST = Duration.ofSeconds(1);

    private static final int READERS = 32;
    /** How often each product is read, on average. */
    private static final double READS_PER_SECOND = 1.5;

    /** How long a cache is read after the last of its products has expired. */
    private static final Duration MARGIN = Duration.ofMillis(300);

    /** Creates the experiment. */
    public Avalanche() {}

    @Override
    public String name() {
        return "cache-aside/avalanche";
    }

    @Override
    public String question() {
        return PRODUCTS + " keys are written together with the same time to live of " + TTL.toSeconds()
                + " s, and read all the time. What reaches the database when they expire?";
    }

    @Override
    public String naive() {
        return "SET with the time to live: all of them expire in the same moment.";
    }

    @Override
    public String recipe() {
        return "CacheAside with jitter(" + JITTER + "): each entry lives up to that share shorter, so they expire over "
                + SPREAD.toMillis() + " ms. By default the share is 0.1: of an hour, that is six minutes.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int count = context.load().scaled(PRODUCTS, AT_LEAST);
        CacheAsideOptions options =
                CacheAsideOptions.builder(TTL).jitter(JITTER).build();
        try (ProductDatabase database = ProductDatabase.start();
                Products products = new Products(database.local(), READERS, 0);
                Redis redis = context.open(Context.patient().build());
                RecipeCache recipe = new RecipeCache(redis, context.keys(), options)) {
            database.insertNumbered(count);
            return new Shop(context, database, products, count)
                    .result(new NaiveCache(redis, context.keys(), TTL), recipe);
        }
    }

    /**
     * What reached the database while the products of one cache expired.
     *
     * @param peak the most queries within {@link #PEAK}
     * @param busiestPercent how many of a hundred began within the busiest {@link #BUSIEST}
     * @param queries all of them
     * @param wrong reads that were answered with something else than the product
     */
    private record Wave(long peak, long busiestPercent, long queries, long wrong) {}

    private record Shop(Context context, ProductDatabase database, Products products, int count) {

        Result result(NaiveCache naive, RecipeCache recipe) throws Exception {
            context.progress().at("writing " + count + " products into each cache");
            write(recipe);
            long recipeWritten = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(2 * MARGIN.toNanos());
            write(naive); // now, so that these expire soon after those
            long naiveWritten = System.nanoTime();
            context.progress().at("recipe, its products expire");
            Wave recipeWave = readUntil(recipe, recipeWritten + TTL.plus(MARGIN).toNanos());
            context.progress().at("naive, its products expire");
            Wave naiveWave = readUntil(naive, naiveWritten + TTL.plus(MARGIN).toNanos());
            return result(naiveWave, recipeWave);
        }

        private Result result(Wave naive, Wave recipe) {
            long expected = count * PEAK.toMillis() / SPREAD.toMillis();
            if (naive.peak() <= 2 * expected) {
                throw new NothingShownException("The naive cache sent no more than " + naive.peak()
                        + " queries to the database within " + PEAK.toMillis()
                        + " ms; if this machine can do no more, a"
                        + " smaller --scale shows the difference");
            }
            return new Result(
                    naive.peak() + " queries reached the database within " + PEAK.toMillis()
                            + " ms; evenly spread over " + SPREAD.toMillis() + " ms, " + expected + " would.",
                    List.of(
                            new Claim(
                                    "queries within " + PEAK.toMillis() + " ms, at most",
                                    naive.peak(),
                                    recipe.peak(),
                                    Bound.atMost(2 * expected)),
                            new Claim(
                                    "of 100 queries, within the busiest second",
                                    naive.busiestPercent(),
                                    recipe.busiestPercent(),
                                    Bound.atMost(2 * 100 * BUSIEST.toMillis() / SPREAD.toMillis())),
                            new Claim(
                                    "queries while " + count + " products expire",
                                    naive.queries(),
                                    recipe.queries(),
                                    Bound.atMost(count)),
                            new Claim("wrong values", naive.wrong(), recipe.wrong(), Bound.atMost(0))));
        }

        private void write(ProductCache cache) throws InterruptedException {
            Window window = new Window();
            for (int id = 0; id < count; id++) {
                Product product = ProductDatabase.numbered(id);
                window.add(() -> cache.putAsync(product));
            }
            window.finish();
        }

        private Wave readUntil(ProductCache cache, long end) throws InterruptedException {
            Duration pace = Duration.ofNanos((long) (TimeUnit.SECONDS.toNanos(READERS) / (READS_PER_SECOND * count)));
            long before = database.queries();
            database.log().forgetPeaks();
            Tally tally;
            try (Traffic traffic = new Traffic(READERS, pace, context.load().seed(), (reader, random) -> {
                long id = random.nextInt(count);
                return cache.get(id, loader(id)).equals(ProductDatabase.numbered(id));
            })) {
                tally = traffic.tally();
                traffic.goOn(Duration.ofNanos(end - System.nanoTime()));
            }
            QueryLog log = database.log();
            long queries = log.queries() - before;
            return new Wave(
                    log.mostWithin(PEAK),
                    100 * log.mostWithin(BUSIEST) / Math.max(1, queries),
                    queries,
                    tally.reading().wrong());
        }

        private Loader<Product> loader(long id) {
            return Loader.withContext((key, context) -> {
                context.ttl(RELOADED_TTL);
                return products.load(id);
            });
        }
    }
}
