package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.JsonCodec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.time.Duration;

/** The examples in README.md, compiled, and run by {@link CacheAsideIT}. */
final class CacheAsideExamples {

    private CacheAsideExamples() {}

    record Product(String name, int cents) {}

    interface Products {
        Product find(String id);

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
}
