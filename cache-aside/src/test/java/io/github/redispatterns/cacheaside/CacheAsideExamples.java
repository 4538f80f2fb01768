package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.JsonCodec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** The examples in README.md, compiled, and run by {@link CacheAsideIT}. */
final class CacheAsideExamples {

    private CacheAsideExamples() {}

    record Product(String name, int cents) {}

    interface Products {
        Product find(String id);

        Map<String, Product> findAll(Set<String> ids);

        void save(String id, Product product);
    }

    // region import
    static final class ProductService {

        private final Redis redis = Redis.connect("redis://localhost:6379"); // one handle for the whole application
        private final CacheAside<Product> products = CacheAside.create(
                redis,
                KeySpace.of("shop", "product"),
                JsonCodec.of(Product.class),
                CacheAsideOptions.ofTtl(Duration.ofMinutes(10)));

        Product find(Products database, String id) { // null if the database has none
            return products.get(id, database::find);
        }
    }
    // endregion

    static Product quickStart(Redis redis, KeySpace keySpace, Products database) {
        // region quick-start
        CacheAside<Product> products = CacheAside.create(
                redis, keySpace, JsonCodec.of(Product.class), CacheAsideOptions.ofTtl(Duration.ofMinutes(10)));

        Product tea = products.get("42", id -> database.find(id)); // one load at a time, in the whole fleet

        database.save("42", new Product("tea", 390)); // after the write has committed:
        products.invalidate("42"); // whoever loaded the old row may not store it any more
        // endregion
        return tea;
    }

    static Map<String, Product> more(Redis redis, KeySpace keySpace, Products database) {
        // region more
        CacheAside<Product> products = CacheAside.create(
                redis,
                keySpace,
                JsonCodec.of(Product.class),
                CacheAsideOptions.builder(Duration.ofHours(1))
                        .softTtl(Duration.ofMinutes(5)) // then it is refreshed in the background
                        .earlyRefresh(1) // or, if it is hot, a little before
                        .negativeTtl(Duration.ofSeconds(10))
                        .maxBypassLoads(8) // what the database bears if Redis is down
                        .build());

        Product tea = new Product("tea", 390);
        products.update("42", tea, () -> database.save("42", tea)); // to the database, then to the cache

        Map<String, Product> basket = products.getAll(List.of("42", "43"), database::findAll); // one query

        Lookup<Product> offer = products.lookup("44", Loader.withContext((id, answer) -> {
            answer.ttl(Duration.ofSeconds(30)); // offers change often
            return database.find(id);
        }));
        // endregion
        return offer.source() == Source.LOADED ? basket : Map.of();
    }

    static void events(Redis redis, CacheAside<Product> products, Runnable untilShutdown) {
        // region events
        // Whoever has written a product adds to the stream: XADD shop:changes * key 42
        StreamInvalidationOptions options = StreamInvalidationOptions.builder()
                .name("products") // its position is kept under this name
                .build();
        StreamInvalidation following = StreamInvalidation.follow(redis, "shop:changes", products, options);
        untilShutdown.run();
        following.close();
        // endregion
    }

    static void channel(Redis redis, CacheAside<Product> products, Runnable untilShutdown) {
        // region channel
        // Whoever has written a product says so: PUBLISH shop:changes 42
        ChannelInvalidation listening = ChannelInvalidation.listen(redis, "shop:changes", products);
        untilShutdown.run();
        listening.close();
        // endregion
    }

    /** What a consumer of any other queue does; {@code R} is its record. */
    // region queue
    static <R> void onRecord(R record, Function<R, String> key, Consumer<R> acknowledge, CacheAside<Product> products) {
        if (products.invalidate(key.apply(record)) == WriteOutcome.REMOVED) {
            acknowledge.accept(record); // only now: if Redis could not be reached, it has to come again
        }
    }
    // endregion
}
