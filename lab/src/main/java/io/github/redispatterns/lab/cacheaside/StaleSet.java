package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;

/** The late fill: a reader stores what it read before a writer's change, after the writer's invalidation. */
public final class StaleSet implements Experiment {

    private static final int INTERLEAVINGS = 1_000;
    /** About 3 in 100 make the naive cache stale; of these many, not one in ten thousand runs has none. */
    private static final int AT_LEAST = 300;

    /** Creates the experiment. */
    public StaleSet() {}

    @Override
    public String name() {
        return "cache-aside/stale-set";
    }

    @Override
    public String question() {
        return "A reader misses and loads a row, a writer changes the row and invalidates the cache, and only then does"
                + " the reader store what it has loaded. What do the next readers get?";
    }

    @Override
    public String naive() {
        return "The reader stores with SET, the writer invalidates with DEL.";
    }

    @Override
    public String recipe() {
        return "CacheAside: a load holds a lease at the entry's own key. Invalidating removes it, and a fill without its"
                + " lease is discarded.";
    }

    @Override
    public Result run(Context context) throws Exception {
        List<Interleaving> interleavings =
                Interleaving.random(context.load().seed(), context.load().scaled(INTERLEAVINGS, AT_LEAST));
        MeterRegistry metrics = new SimpleMeterRegistry();
        try (ProductDatabase database = ProductDatabase.start();
                Products products = new Products(database.local(), 1, 0);
                Redis redis =
                        context.open(Context.patient().meterRegistry(metrics).build())) {
            for (int id = 0; id < 2 * interleavings.size(); id++) {
                database.insert(id, "product " + id);
            }
            Staleness naive = replay(Answer.NAIVE, interleavings, 0, products, redis, context);
            Staleness recipe = replay(Answer.RECIPE, interleavings, interleavings.size(), products, redis, context);
            return result(interleavings.size(), naive, recipe, discarded(metrics));
        }
    }

    private static Staleness replay(
            Answer answer,
            List<Interleaving> interleavings,
            int firstId,
            Products products,
            Redis redis,
            Context context)
            throws Exception {
        Staleness sum = Staleness.NONE;
        try (Stage stage = new Stage(answer.cache(redis, context.keys()), products)) {
            for (int i = 0; i < interleavings.size(); i++) {
                if (i % 100 == 0) {
                    context.progress().at(answer + ", interleaving " + i + " of " + interleavings.size());
                }
                sum = sum.plus(stage.play(interleavings.get(i), firstId + i));
            }
        }
        return sum;
    }

    private static long discarded(MeterRegistry metrics) {
        Timer discarded = metrics.find("redis.patterns.cacheaside.loads")
                .tag("outcome", "discarded")
                .timer();
        return discarded == null ? 0 : discarded.count();
    }

    private static Result result(int interleavings, Staleness naive, Staleness recipe, long discarded) {
        if (naive.caches() == 0) {
            throw new NothingShownException("The naive cache held no stale value after " + interleavings
                    + " interleavings; a greater --scale makes more of them");
        }
        return new Result(
                naive.caches() + " of " + interleavings + " interleavings of one reader with two writers left a stale"
                        + " value in the cache, for as long as it lives.",
                List.of(
                        new Claim(
                                "stale values in the cache after " + interleavings + " interleavings",
                                naive.caches(),
                                recipe.caches(),
                                Bound.atMost(0)),
                        new Claim(
                                "reads answered with a value from before an invalidation that they began after",
                                naive.reads(),
                                recipe.reads(),
                                Bound.atMost(0)),
                        new Claim("late fills that were discarded", null, discarded, Bound.atLeast(1))));
    }
}
