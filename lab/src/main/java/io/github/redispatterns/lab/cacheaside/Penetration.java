package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The penetration: readers ask for what does not exist, which no cache of existing things can answer. */
public final class Penetration implements Experiment {

    private static final int READS = 1_000_000;
    /** So many the naive answer can send to a database within seconds. */
    private static final int COMPARED_READS = 20_000;

    private static final int IDS = 1_000;
    /** Fewer would not be asked for twice each. */
    private static final int AT_LEAST = 4 * IDS;

    private static final int CONNECTIONS = 16;
    /** How many of the ids are looked at, and come to exist, in the end. */
    private static final int SAMPLE = 20;

    /** Longer than the experiment takes, so that each id is asked for once in its lifetime. */
    private static final Duration NEGATIVE_TTL = Duration.ofHours(1);

    private static final int MOST_BYTES = 256;

    /** Creates the experiment. */
    public Penetration() {}

    @Override
    public String name() {
        return "cache-aside/penetration";
    }

    @Override
    public String question() {
        return "Somebody reads " + READS + " times, of " + IDS + " ids that do not exist, so that there is nothing to"
                + " cache. What reaches the database?";
    }

    @Override
    public String naive() {
        return "GET; on a miss query the database, and SET what it has. It has nothing, so nothing is set.";
    }

    @Override
    public String recipe() {
        return "CacheAside remembers for negativeTtl that there is nothing, in a small entry of its own. Each id still"
                + " costs one query and one entry per negativeTtl: ids that never repeat are for a rate limiter to stop.";
    }

    @Override
    public Result run(Context context) throws Exception {
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(30))
                .negativeTtl(NEGATIVE_TTL)
                .build();
        try (ProductDatabase database = ProductDatabase.start();
                Products products = new Products(database.local(), CONNECTIONS, 0);
                Redis redis = context.open(Context.patient().build());
                RecipeCache recipe = new RecipeCache(redis, context.keys(), options)) {
            return new Attack(context, database, products, redis, recipe).result();
        }
    }

    private record Attack(
            Context context, ProductDatabase database, Products products, Redis redis, RecipeCache recipe) {

        Result result() throws Exception {
            int compared = context.load().scaled(COMPARED_READS, AT_LEAST);
            int reads = context.load().scaled(READS, AT_LEAST);
            ProductCache naive = new NaiveCache(redis, context.keys());
            context.progress().at("naive, " + compared + " reads");
            long naiveQueries = queries(naive, compared);
            context.progress().at("recipe, " + compared + " reads");
            long recipeQueries = queries(recipe, compared);
            if (naiveQueries <= IDS) {
                throw new NothingShownException(
                        "The naive cache sent no more queries to the database than there are ids");
            }
            context.progress().at("recipe, " + reads + " reads");
            LongAdder invented = new LongAdder();
            long allQueries = recipeQueries + queriesOfMany(reads, invented);
            return new Result(
                    naiveQueries + " of " + compared + " reads queried the database.",
                    List.of(
                            new Claim(
                                    "queries for " + compared + " reads of " + IDS + " missing ids",
                                    naiveQueries,
                                    recipeQueries,
                                    Bound.atMost(IDS)),
                            new Claim(
                                    "queries for " + (compared + reads) + " reads of them (recipe alone)",
                                    null,
                                    allQueries,
                                    Bound.atMost(IDS)),
                            new Claim("answers other than none", null, invented.sum(), Bound.atMost(0)),
                            new Claim("bytes per missing id (MEMORY USAGE)", 0, mostBytes(), Bound.atMost(MOST_BYTES)),
                            new Claim(
                                    "ids not found although inserted, then invalidated",
                                    unseen(naive, 0),
                                    unseen(recipe, SAMPLE),
                                    Bound.atMost(0))));
        }

        /** By threads that wait for each answer. */
        private long queries(ProductCache cache, int reads) throws Exception {
            long before = database.queries();
            Random random = new Random(context.load().seed());
            ExecutorService readers = Executors.newFixedThreadPool(CONNECTIONS);
            Window window = new Window();
            try {
                for (int i = 0; i < reads; i++) {
                    long id = random.nextInt(IDS);
                    window.add(() -> CompletableFuture.runAsync(() -> readNothing(cache, id), readers));
                }
                window.finish();
            } finally {
                readers.shutdownNow();
            }
            return database.queries() - before;
        }

        private void readNothing(ProductCache cache, long id) {
            Product product;
            try {
                product = cache.find(id, key -> products.find(id));
            } catch (Exception e) {
                throw new IllegalStateException("A read failed", e);
            }
            if (product != null) {
                throw new IllegalStateException("There is a product " + id);
            }
        }

        /** By one thread that does not wait. */
        private long queriesOfMany(int reads, LongAdder invented) throws Exception {
            long before = database.queries();
            Random random = new Random(context.load().seed());
            Window window = new Window();
            for (int i = 0; i < reads; i++) {
                long id = random.nextInt(IDS);
                window.add(() -> recipe.findAsync(id, key -> CompletableFuture.supplyAsync(() -> load(id)))
                        .thenAccept(product -> invented.add(product == null ? 0 : 1)));
            }
            window.finish();
            return database.queries() - before;
        }

        private @Nullable Product load(long id) {
            try {
                return products.find(id);
            } catch (Exception e) {
                throw new IllegalStateException("The database failed", e);
            }
        }

        /** What an entry takes with its key; 0 if there are none. */
        private long mostBytes() {
            return LongStream.range(0, SAMPLE)
                    .mapToObj(id -> redis.<@Nullable Long>execute(commands -> commands.memoryUsage(recipe.key(id))))
                    .filter(Objects::nonNull)
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(0);
        }

        /** The other side of it: what comes to exist must be seen. */
        private long unseen(ProductCache cache, long firstId) throws Exception {
            long unseen = 0;
            for (long id = firstId; id < firstId + SAMPLE; id++) {
                long wanted = id;
                Product inserted = database.insert(id, "late");
                cache.invalidate(id);
                if (!inserted.equals(cache.find(id, key -> products.find(wanted)))) {
                    unseen++;
                }
            }
            return unseen;
        }
    }
}
