package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.Loader;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a service does with its cache; the two answers of the experiments differ only behind this. */
interface ProductCache extends AutoCloseable {

    /** Reads a product, from the database if the cache has it not; null if there is no such product. */
    @Nullable Product find(long id, Loader<Product> loader) throws Exception;

    /** Reads a product that is known to exist. */
    default Product get(long id, Loader<Product> loader) throws Exception {
        Product product = find(id, loader);
        if (product == null) {
            throw new IllegalStateException("There is no product " + id);
        }
        return product;
    }

    /** Puts a product into the cache, whatever was there. */
    CompletionStage<?> putAsync(Product product);

    /** Called by whoever has changed a product, after the commit. */
    void invalidate(long id);

    /** The key that a product is kept at. */
    String key(long id);

    /** Ends what the cache has begun, if anything. */
    @Override
    default void close() {}
}
